/**
 * Verifies a whole state while its rows are read: each row by its own checksum, and all of them by the checksum
 * in the position. Used when a state is sent or received, and in each pass over all rows.
 * Rule: a state that is incomplete or damaged is not used.
 */
import type { Bytes } from '@paxkv/protocol';
import { StateError } from '../../state-machine/state-error.ts';
import { isMetaKey, isStateKey } from './row-keys.ts';
import {
  bodyOf,
  checksumAfter,
  emptyChecksum,
  isSameChecksum,
  type StateChecksum,
  sumIn,
} from './rows.ts';

/** One row as the database stores it. */
export type StateRow = readonly [key: Bytes, row: Bytes];

export class RowAudit {
  #checksum = emptyChecksum;

  /** @throws StateError `STATE_DAMAGED` if the row is not what was written under this key. */
  take([key, row]: StateRow): void {
    bodyOf(key, row);
    if (isMetaKey(key)) return;
    if (!isStateKey(key)) {
      const name = Buffer.from(key).toString('hex');
      throw new StateError(
        'STATE_DAMAGED',
        `The state has a row of an unknown kind, with key ${name}.`,
      );
    }
    this.#checksum = checksumAfter(this.#checksum, { before: undefined, after: sumIn(row) });
  }

  /** A row that was taken has changed since. */
  replace(change: Parameters<typeof checksumAfter>[1]): void {
    this.#checksum = checksumAfter(this.#checksum, change);
  }

  /** @throws StateError `STATE_DAMAGED` unless the rows taken are the ones that `expected` counted. */
  finish(expected: StateChecksum): void {
    if (isSameChecksum(this.#checksum, expected)) return;
    throw new StateError(
      'STATE_DAMAGED',
      `The state has ${this.#checksum.count} rows of ${expected.count}, or their checksums differ.`,
    );
  }
}
