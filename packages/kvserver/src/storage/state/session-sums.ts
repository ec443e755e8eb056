/**
 * The checksums of the rows of sessions, or of leases: of each row, and of all of them. The checksum of all sessions and
 * leases has a row of its own, so that a start verifies them and reads no other rows. That row concerns only this copy of the state. Where it is
 * missing, or from another position, a start reads every row.
 */
import { type Row, type SessionId, toCount, toRow } from '@paxkv/protocol';
import {
  checksumAfter,
  emptyChecksum,
  fromChecksum,
  type StateChecksum,
  toChecksum,
} from './rows.ts';

export class SessionSums {
  readonly #sums = new Map<SessionId, number>();
  #checksum = emptyChecksum;

  /** The checksum of all rows. */
  get checksum(): StateChecksum {
    return this.#checksum;
  }

  /** Replaces the checksum of one row, `undefined` for no row. Returns the one before. */
  replace(id: SessionId, after: number | undefined): number | undefined {
    const before = this.#sums.get(id);
    if (after === undefined) this.#sums.delete(id);
    else this.#sums.set(id, after);
    this.#checksum = checksumAfter(this.#checksum, { before, after });
    return before;
  }
}

/** The checksum of all sessions and leases at one position. */
export interface SessionsChecksum {
  readonly applied: number;
  readonly checksum: StateChecksum;
}

export function fromSessionsChecksum({ applied, checksum }: SessionsChecksum): Row {
  return [applied, fromChecksum(checksum)];
}

/** @throws TypeError */
export function toSessionsChecksum([applied, checksum]: Row): SessionsChecksum {
  return { applied: toCount(applied), checksum: toChecksum(toRow(checksum)) };
}
