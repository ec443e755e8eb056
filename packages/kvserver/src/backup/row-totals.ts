/** Counts the rows of a backup by their kinds, and holds them to the order of their keys. */
import type { StateRow } from '../storage/state/row-audit.ts';
import { isLeaseKey, isMetaKey, isSessionKey } from '../storage/state/row-keys.ts';
import type { BackupTotals } from './backup-format.ts';

export class RowTotals {
  readonly #totals = { chunks: 0, entries: 0, sessions: 0, rows: 0, bytes: 0 };
  #last: Uint8Array | undefined;

  get totals(): BackupTotals {
    return { ...this.#totals };
  }

  /** Counts the rows of the next chunk. @throws RangeError if a key does not come after the one before. */
  add(rows: readonly StateRow[]): void {
    this.#totals.chunks += 1;
    for (const [key, row] of rows) {
      if (this.#last !== undefined && Buffer.compare(this.#last, key) >= 0) {
        throw new RangeError('the keys of the rows are not in order');
      }
      this.#last = key;
      this.#totals.rows += 1;
      this.#totals.bytes += key.length + row.length;
      if (isSessionKey(key)) this.#totals.sessions += 1;
      else if (!isMetaKey(key) && !isLeaseKey(key)) this.#totals.entries += 1;
    }
  }
}
