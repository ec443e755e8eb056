/** Errors of a node's data on disk, each with a stable code. */

/**
 * Every code but `DISK_FAILED` is raised while a data directory is being opened. No request was served then,
 * and the node must not vote.
 *
 * - `DISK_UNUSABLE`: the directory cannot be made, read or written, or belongs to something else.
 * - `DISK_IN_USE`: another process has it open.
 * - `DISK_WRONG_CLUSTER`, `DISK_WRONG_NODE`: it belongs to another cluster, another size of cluster
 *   or another node. Nothing was modified.
 * - `DISK_NEWER_FORMAT`, `DISK_OLDER_FORMAT`: another version wrote it. Nothing was modified.
 * - `DISK_IDENTITY_DAMAGED`: the identity file is damaged, or missing beside data.
 * - `DISK_AMNESIA`: the node has voted, and its journal is gone.
 * - `DISK_JOURNAL_DAMAGED`: a record of the journal is damaged or missing.
 * - `DISK_STATE_DAMAGED`: the state is damaged or missing.
 * - `DISK_FAILED`: a write failed. Its outcome is *unknown*, and nothing can be written until the data was
 *   closed, opened again and verified.
 */
export type DiskErrorCode =
  | 'DISK_UNUSABLE'
  | 'DISK_IN_USE'
  | 'DISK_WRONG_CLUSTER'
  | 'DISK_WRONG_NODE'
  | 'DISK_NEWER_FORMAT'
  | 'DISK_OLDER_FORMAT'
  | 'DISK_IDENTITY_DAMAGED'
  | 'DISK_AMNESIA'
  | 'DISK_JOURNAL_DAMAGED'
  | 'DISK_STATE_DAMAGED'
  | 'DISK_FAILED';

/** The message names the file or record, what is wrong with it, and what to do. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;

  constructor(code: DiskErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Advice for every kind of lost or damaged data. */
export const repairAdvice =
  'Keep this directory for inspection. While a majority of the nodes is healthy, they hold every ' +
  'acknowledged write; this node must not vote again until it was repaired from them.';

/** Advice for data that an older version wrote. */
export const migrationAdvice =
  'Copy the data with a client from a cluster of the version that wrote it into a new cluster of this ' +
  'version; servers of the two versions do not connect to each other.';

/** Any other error while opening, as `DISK_UNUSABLE`; a DiskError is returned as it is. */
export function toDiskError(attempt: string, cause: unknown): DiskError {
  if (cause instanceof DiskError) return cause;
  return new DiskError('DISK_UNUSABLE', `Cannot ${attempt}: ${reasonOf(cause)}.`, cause);
}

export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** Whether the cause is an error of the system with this code, such as `ENOENT`. */
export function hasCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
