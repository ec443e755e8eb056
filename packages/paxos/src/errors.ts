/**
 * - `PAXOS_STORAGE_FAILED`: the storage could not load or write. The peer has stopped for good; what it
 *   was writing may or may not be remembered. *Unknown.*
 * - `PAXOS_MEMORY_LOST`: another peer remembers more of this peer than its own storage does: the storage
 *   lost its tail, or is an old copy. The peer has stopped for good. Its storage must be emptied and must
 *   report `lost` when it is opened again. *Unknown.*
 * - `PAXOS_TRACE_UNREADABLE`: a recording is not one, is of another version, or lacks a random number that the
 *   peer draws. *Not done.*
 */
export type PaxosErrorCode =
  | 'PAXOS_STORAGE_FAILED'
  | 'PAXOS_MEMORY_LOST'
  | 'PAXOS_TRACE_UNREADABLE';

/** An error that ended a peer, or the replay of one. */
export class PaxosError extends Error {
  override readonly name = 'PaxosError';
  readonly code: PaxosErrorCode;

  constructor(code: PaxosErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/**
 * Checks a rule that only a bug or damaged memory can break. A peer that breaks it must stop: a stopped
 * peer is safe, a wrong one is not.
 *
 * @throws Error if `condition` is false.
 */
export function assert(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new Error(`paxos invariant violated: ${rule}`);
}
