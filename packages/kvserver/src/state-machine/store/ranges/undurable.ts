/** The entries of a range that are not durable yet, in order. They take the place of older ones in the database. */
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedEntry } from '../cached-value.ts';
import { boundAfter, isInRange, type NameRange, orderOf, upTo } from './name-range.ts';

/** An entry as it was at one moment; `undefined` if the key was absent. */
export interface UndurableEntry {
  readonly slot: CacheSlot;
  readonly entry: CachedEntry | undefined;
}

export interface Undurable {
  /** The part of the range that they are complete for. */
  readonly covered: NameRange;
  /** In the order of the range. */
  readonly entries: readonly UndurableEntry[];
  /** The bound of the part that is not covered. `undefined`: all of it is. */
  readonly rest: string | undefined;
}

/**
 * `slots`: all entries that are not durable, in any order. Takes the first `countMax` of the range, or up to twice as
 * many. Its time grows with the number of slots, since they are in no order: writes alone pay nothing for scans.
 */
export function undurableIn(
  range: NameRange,
  slots: Iterable<CacheSlot>,
  countMax: number,
): Undurable {
  const order = orderOf(range);
  const bySlot = (one: CacheSlot, other: CacheSlot) => order(one.name, other.name);
  const found: CacheSlot[] = [];
  let last: string | undefined;
  for (const slot of slots) {
    if (!isInRange(range, slot.name)) continue;
    if (last !== undefined && order(slot.name, last) > 0) continue;
    found.push(slot);
    if (found.length < 2 * countMax) continue;
    found.sort(bySlot);
    found.length = countMax;
    last = found.at(-1)?.name;
  }
  const entries = found.sort(bySlot).map((slot) => ({ slot, entry: slot.entry }));
  if (last === undefined) return { covered: range, entries, rest: undefined };
  return { covered: upTo(range, last), entries, rest: boundAfter(range, last) };
}
