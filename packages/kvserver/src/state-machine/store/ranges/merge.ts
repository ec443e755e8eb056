/** Merges the rows of the database with the entries that are not durable yet. Both are in the order of one range. */
import type { StoredRow } from '../../state-store.ts';
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedEntry } from '../cached-value.ts';
import type { UndurableEntry } from './undurable.ts';

/** A key of the range that is present. */
export interface PresentKey {
  readonly name: string;
  /** The entry when the range was opened. @throws StateError `STATE_DAMAGED` */
  entry(): CachedEntry | undefined;
  /** The slot by which the entry is changed. @throws StateError `STATE_DAMAGED` */
  slot(): CacheSlot;
}

export class Merge {
  readonly #undurable: readonly UndurableEntry[];
  readonly #order: (one: string, other: string) => number;
  #at = 0;

  constructor(undurable: readonly UndurableEntry[], order: (one: string, other: string) => number) {
    this.#undurable = undurable;
    this.#order = order;
  }

  /** The keys up to the last of `rows`, which follow those of the last call. */
  take(rows: readonly StoredRow[]): PresentKey[] {
    const keys: PresentKey[] = [];
    for (const row of rows) if (!this.#takeUpTo(row.name, keys)) keys.push(ofRow(row));
    return keys;
  }

  /** The keys behind the last row. */
  finish(): PresentKey[] {
    const keys: PresentKey[] = [];
    for (; this.#at < this.#undurable.length; this.#at += 1) this.#add(keys);
    return keys;
  }

  /** Adds the undurable entries up to `name`. Returns whether the last one has that name: the row is older. */
  #takeUpTo(name: string, keys: PresentKey[]): boolean {
    let next = this.#undurable[this.#at];
    let difference = -1;
    while (next !== undefined) {
      difference = this.#order(next.slot.name, name);
      if (difference > 0) return false;
      this.#add(keys);
      this.#at += 1;
      if (difference === 0) return true;
      next = this.#undurable[this.#at];
    }
    return false;
  }

  #add(keys: PresentKey[]): void {
    const { slot, entry } = this.#undurable[this.#at] ?? {};
    if (slot === undefined || entry === undefined) return;
    keys.push({ name: slot.name, entry: () => entry, slot: () => slot });
  }
}

function ofRow(row: StoredRow): PresentKey {
  return { name: row.name, entry: () => row.open().entry, slot: () => row.open() };
}
