/**
 * A walk over every row of a state: each is checked by its own sum, and all of them by the checksum that
 * the position names. Used wherever a whole state is read: at a start, when it is sent, when it comes.
 * Rule: a state is complete and unharmed, or it is not used.
 */
import type { Bytes } from '@paxkv/protocol';
import { StateError } from '../../state-machine/state-error.ts';
import { isMetaKey, isStateKey } from './row-keys.ts';
import { bodyOf, sumIn } from './sealed-row.ts';
import {
  checksumAfter,
  emptyChecksum,
  isSameChecksum,
  type StateChecksum,
} from './state-checksum.ts';

/** One row as it lies in the database. */
export type StateRow = readonly [key: Bytes, row: Bytes];

export class RowAudit {
  #checksum = emptyChecksum;

  /** @throws StateError `STATE_DAMAGED` if the row is not what was written under this key. */
  take([key, row]: StateRow): void {
    bodyOf(key, row);
    if (isMetaKey(key)) return;
    if (!isStateKey(key)) {
      const name = Buffer.from(key).toString('hex');
      throw new StateError('STATE_DAMAGED', `No row of a state has the key ${name}.`);
    }
    this.#checksum = checksumAfter(this.#checksum, { before: undefined, after: sumIn(row) });
  }

  /** @throws StateError `STATE_DAMAGED` unless the rows taken are the ones that `expected` counted. */
  finish(expected: StateChecksum): void {
    if (isSameChecksum(this.#checksum, expected)) return;
    throw new StateError(
      'STATE_DAMAGED',
      `The state has ${this.#checksum.count} rows where ${expected.count} were written, or others.`,
    );
  }
}
