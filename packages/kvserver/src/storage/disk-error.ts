/** What goes wrong with a node's memory, told apart by a stable code. */

/**
 * Every code but `DISK_FAILED` is raised while a data directory is being opened. Then nothing was
 * done for anyone, and the node must not vote.
 *
 * - `DISK_UNUSABLE`: the directory cannot be made, read or written, or belongs to something else.
 * - `DISK_IN_USE`: another process has it open.
 * - `DISK_WRONG_CLUSTER`, `DISK_WRONG_NODE`: it belongs to another cluster, another size of cluster
 *   or another node. Nothing was modified.
 * - `DISK_NEWER_FORMAT`: a newer version wrote it. Nothing was modified.
 * - `DISK_IDENTITY_DAMAGED`: the identity file is damaged, or missing beside data.
 * - `DISK_AMNESIA`: the node has voted, and its journal is gone.
 * - `DISK_JOURNAL_DAMAGED`: a record of the journal is damaged or missing.
 * - `DISK_STATE_DAMAGED`: the state is damaged or missing.
 * - `DISK_FAILED`: a write failed. Whether it will be remembered is *unknown*, and nothing can be
 *   written until the journal was closed, opened again and so verified.
 */
export type DiskErrorCode =
  | 'DISK_UNUSABLE'
  | 'DISK_IN_USE'
  | 'DISK_WRONG_CLUSTER'
  | 'DISK_WRONG_NODE'
  | 'DISK_NEWER_FORMAT'
  | 'DISK_IDENTITY_DAMAGED'
  | 'DISK_AMNESIA'
  | 'DISK_JOURNAL_DAMAGED'
  | 'DISK_STATE_DAMAGED'
  | 'DISK_FAILED';

/** The message says which file or record, what is wrong with it, and what to do. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** What to do about lost or damaged data, the same for every kind of it. */
export const repairAdvice =
  'Keep this directory for study. While a majority of the other nodes is healthy they hold all ' +
  'acknowledged writes; this node must not vote again before it was repaired from them.';

/** What else goes wrong while opening, as `DISK_UNUSABLE`; a DiskError stays what it is. */
export function toDiskError(attempt: string, cause: unknown): DiskError {
  if (cause instanceof DiskError) return cause;
  return new DiskError('DISK_UNUSABLE', `Cannot ${attempt}: ${reasonOf(cause)}.`, cause);
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
