/** The position of a state as a row of the database, with the checksum of all other rows. */
import { type Row, toBytes, toCount, toRow } from '@paxkv/protocol';
import { StateError } from '../../state-machine/state-error.ts';
import type { Position } from '../../state-machine/state-store.ts';
import { fromChecksum, type StateChecksum, toChecksum } from './state-checksum.ts';

/** A position, and the checksum of all rows at that position. */
export interface VerifiedPosition {
  readonly position: Position;
  readonly checksum: StateChecksum;
}

/** The format of the whole state database. It rises when rows change their meaning. */
const format = 3;

export function fromPosition({ position, checksum }: VerifiedPosition): Row {
  const { applied, revision, sessions, stateHash } = position;
  const { next, uses } = sessions;
  return [format, applied, revision, next, uses, stateHash, fromChecksum(checksum)];
}

/**
 * @throws TypeError
 * @throws StateError `STATE_UNKNOWN_FORMAT`
 */
export function toPosition(row: Row): VerifiedPosition {
  const [found, applied, revision, next, uses, stateHash, checksum] = row;
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
  return { position, checksum: toChecksum(toRow(checksum)) };
}
