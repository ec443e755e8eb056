/**
 * What can go wrong between the log and the state. Every such error stops the state machine: a replica
 * that cannot apply a decided value must not go on as if it had.
 */

/**
 * - `STATE_UNKNOWN_FORMAT`: a decided value or the database comes from a newer version. *Not done.* Run
 *   that version here.
 * - `STATE_MALFORMED`: a decided value is not a batch. *Not done.*
 * - `STATE_DAMAGED`: a row read back is not the row written. *Not done.* Restore this replica.
 * - `STATE_FAILED`: the database could not read or write. What was being applied is on disk wholly or
 *   not at all. *Unknown.* Close the database and open it anew.
 */
export type StateErrorCode =
  | 'STATE_UNKNOWN_FORMAT'
  | 'STATE_MALFORMED'
  | 'STATE_DAMAGED'
  | 'STATE_FAILED';

export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: StateErrorCode;

  constructor(code: StateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
