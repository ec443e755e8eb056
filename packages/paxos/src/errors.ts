/**
 * - `PAXOS_KILLED`: the peer was killed while it was being opened. *Not done.*
 * - `PAXOS_STORAGE_FAILED`: its storage could not load or write. The peer has stopped for good; what it
 *   was writing may or may not be remembered. *Unknown.*
 */
export type PaxosErrorCode = 'PAXOS_KILLED' | 'PAXOS_STORAGE_FAILED';

export class PaxosError extends Error {
  override readonly name = 'PaxosError';
  readonly code: PaxosErrorCode;

  constructor(code: PaxosErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
