/**
 * `PAXOS_STORAGE_FAILED`: the storage could not load or write. The peer has stopped for good; what it
 * was writing may or may not be remembered. *Unknown.*
 */
export type PaxosErrorCode = 'PAXOS_STORAGE_FAILED';

export class PaxosError extends Error {
  override readonly name = 'PaxosError';
  readonly code: PaxosErrorCode;

  constructor(code: PaxosErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
