/**
 * One pass over all rows, in the order of their keys and in several parts, while the rows keep changing. No snapshot
 * is held: what a write changes in the part that is verified already is added to the sum, and the rest is read later.
 * Rule: no row is written while a part is being read.
 */
import type { Bytes } from '@paxkv/protocol';
import { RowAudit, type StateRow } from './row-audit.ts';
import type { StateChecksum } from './rows.ts';

/** The checksums of a row before and after a write; `undefined` stands for no row. */
export interface RowChange {
  readonly key: Bytes;
  readonly before: number | undefined;
  readonly after: number | undefined;
}

export class RowPass {
  readonly #audit = new RowAudit();
  /** The key of the last row that was read. */
  #last: Bytes = new Uint8Array();

  /** The rows that come next have keys above this one. */
  get last(): Bytes {
    return this.#last;
  }

  /** Takes the rows that come next. @throws StateError `STATE_DAMAGED` for one that is not what was written. */
  take(rows: readonly StateRow[]): void {
    for (const row of rows) {
      this.#audit.take(row);
      this.#last = row[0];
    }
  }

  /** Called with every change of every write, in order. */
  onWritten(changes: readonly RowChange[]): void {
    for (const change of changes) {
      if (Buffer.compare(change.key, this.#last) <= 0) this.#audit.replace(change);
    }
  }

  /** Called after the last row. @throws StateError `STATE_DAMAGED` if rows vanished, came back or are too many. */
  finish(expected: StateChecksum): void {
    this.#audit.finish(expected);
  }
}
