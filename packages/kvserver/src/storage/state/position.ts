/** Where a state stands in the log, with the counters that the log drives: one row of the database. */
import type { Bytes } from '@paxkv/protocol';
import { type Row, toBytes, toCount, toRow } from '@paxkv/protocol';
import type { SessionCounts } from '../../state-machine/sessions/sessions.ts';
import { StateError } from '../../state-machine/state-error.ts';
import { fromChecksum, type StateChecksum, toChecksum } from './state-checksum.ts';

export interface Position {
  /** The highest instance applied, −1 for none. All below it are applied too. */
  readonly applied: number;
  readonly revision: number;
  readonly sessions: SessionCounts;
  /** See `state-hash.ts`. */
  readonly stateHash: Bytes;
}

/** A position as it lies in the database, with the tally of all rows beside it. */
export interface VerifiedPosition {
  readonly position: Position;
  readonly tally: StateChecksum;
}

/** Of the whole state database: raised when rows change their meaning. */
const format = 3;

/** Before the first instance. */
export const startPosition: Position = {
  applied: -1,
  revision: 0,
  sessions: { next: 1, uses: 0 },
  stateHash: new Uint8Array(32),
};

export function fromPosition({ position, tally }: VerifiedPosition): Row {
  const { applied, revision, sessions, stateHash } = position;
  const { next, uses } = sessions;
  return [format, applied, revision, next, uses, stateHash, fromChecksum(tally)];
}

/**
 * @throws TypeError
 * @throws StateError `STATE_UNKNOWN_FORMAT`
 */
export function toPosition(row: Row): VerifiedPosition {
  const [found, applied, revision, next, uses, stateHash, tally] = row;
  if (found !== format) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `The state database has format ${String(found)}; this version reads ${format}.`,
    );
  }
  const position = {
    applied: toCount(applied),
    revision: toCount(revision),
    sessions: { next: toCount(next, 1), uses: toCount(uses) },
    stateHash: toBytes(stateHash),
  };
  return { position, tally: toChecksum(toRow(tally)) };
}
