/** Where a state stands in the log, with the counters that the log drives: one row of the database. */
import type { Bytes } from './command.ts';
import { type Row, toBytes, toCount } from './rows/packed.ts';
import type { SessionCounts } from './sessions.ts';
import { StateError } from './state-error.ts';

export interface Position {
  /** The highest instance applied, −1 for none. All below it are applied too. */
  readonly applied: number;
  readonly revision: number;
  readonly sessions: SessionCounts;
  /** See `state-hash.ts`. */
  readonly stateHash: Bytes;
}

/** Of the whole state database: raised when rows change their meaning. */
const format = 1;

/** Before the first instance. */
export const startPosition: Position = {
  applied: -1,
  revision: 0,
  sessions: { next: 1, uses: 0 },
  stateHash: new Uint8Array(32),
};

export function fromPosition({ applied, revision, sessions, stateHash }: Position): Row {
  return [format, applied, revision, sessions.next, sessions.uses, stateHash];
}

/**
 * @throws TypeError
 * @throws StateError `STATE_UNKNOWN_FORMAT`
 */
export function toPosition([found, applied, revision, next, uses, stateHash]: Row): Position {
  if (found !== format) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `The state database has format ${String(found)}; this version reads ${format}.`,
    );
  }
  return {
    applied: toCount(applied),
    revision: toCount(revision),
    sessions: { next: toCount(next, 1), uses: toCount(uses) },
    stateHash: toBytes(stateHash),
  };
}
