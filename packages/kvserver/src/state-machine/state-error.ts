/**
 * Errors of applying the log to the state. Each of them stops the state machine: a replica that cannot apply
 * a decided value must not continue as if it had.
 */

/**
 * - `STATE_LEVEL_UNSUPPORTED`: the feature level of the cluster is outside the levels of this version. *Not
 *   done.* Run a version that supports it on this server.
 * - `STATE_UNKNOWN_FORMAT`: a decided value or the database is from a newer version. *Not done.* Run that
 *   version on this server.
 * - `STATE_MALFORMED`: a decided value is not a batch, or this version fails when it applies it. *Not done.* If other
 *   servers have applied it, the state is set aside and a whole one is taken from them.
 * - `STATE_VALUE_UNREADABLE`: the journal holds a vote or a decision that this version cannot apply. *Not done.* The
 *   journal is set aside once the others are seen to work without it.
 * - `STATE_DAMAGED`: a row that was read is not the row that was written. *Not done.* Restore this replica.
 * - `STATE_FAILED`: the database could not read or write. The write in progress is on disk completely or not
 *   at all. *Unknown.* Close the database and reopen it.
 */
export type StateErrorCode =
  | 'STATE_LEVEL_UNSUPPORTED'
  | 'STATE_UNKNOWN_FORMAT'
  | 'STATE_MALFORMED'
  | 'STATE_VALUE_UNREADABLE'
  | 'STATE_DAMAGED'
  | 'STATE_FAILED';

/** An error that stopped the state machine. Its code says what failed. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code: StateErrorCode;

  constructor(code: StateErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** `STATE_MALFORMED` or `STATE_UNKNOWN_FORMAT`: one instance cannot be applied, today and at every start. */
export class UnappliableError extends StateError {
  readonly instance: number;

  constructor(code: StateErrorCode, instance: number, message: string, cause: unknown) {
    super(code, message, cause);
    this.instance = instance;
  }
}

/** A defect that shows when instance `next` or one soon after it is applied would show at every start. */
export function unappliable(cause: unknown, next: number): StateError {
  if (cause instanceof StateError) return cause;
  const message = `This version fails to apply the log from instance ${next} on: ${cause}.`;
  return new UnappliableError('STATE_MALFORMED', next, message, cause);
}

/** `STATE_VALUE_UNREADABLE`, for the value of one instance in the journal. */
export class UnreadableValueError extends StateError {
  readonly instance: number;

  constructor(instance: number, value: Uint8Array, cause: unknown) {
    const bytes = `${value.length} bytes that begin with ${Buffer.from(value.subarray(0, 8)).toString('hex')}`;
    super(
      'STATE_VALUE_UNREADABLE',
      `The journal has a value for instance ${instance} that this version cannot apply: ${bytes}.`,
      cause,
    );
    this.instance = instance;
  }
}
