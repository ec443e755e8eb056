/**
 * Reads the present keys of a range in order, as they were at one moment: the rows of the database, and over them the
 * entries that are not durable yet. What is read stays out of the entry cache, where it would displace what is used.
 */
import type { StateStore } from '../../state-store.ts';
import type { CacheSlot } from '../cached-entry.ts';
import { Merge, type PresentKey } from './merge.ts';
import { type NameRange, orderOf } from './name-range.ts';
import { undurableIn } from './undurable.ts';

/** A range has at least so many undurable entries before only a part of it is read. */
const undurableCountMax = 2048;

export interface RangeSource {
  readonly store: Pick<StateStore, 'expectRangeIntact' | 'openRange'>;
  /** Every entry that is not durable, in any order. */
  readonly undurable: () => Iterable<CacheSlot>;
  readonly revision: () => number;
  /** See `undurableCountMax`. */
  readonly undurableCountMax?: number;
}

export interface OpenRange {
  /** The revision of the store that is read. */
  readonly revision: number;
  /** The bound of the part that is not read, because too much of the range is undurable. `undefined`: all is read. */
  readonly rest: string | undefined;
  /** The present keys in order, some at a time. To be read to the end, or left by `break` or `return`. */
  readonly keys: AsyncIterable<readonly PresentKey[]>;
}

export class RangeReader {
  readonly #source: RangeSource;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  /** `hasValues`: whether entries are read too. @throws StateError */
  async open(range: NameRange, hasValues = true): Promise<OpenRange> {
    const { store, undurable, revision } = this.#source;
    const countMax = this.#source.undurableCountMax ?? undurableCountMax;
    await store.expectRangeIntact(range);
    // Safety: nothing is awaited until the database is open, so a write is in it or among the undurable entries.
    const { covered, entries, rest } = undurableIn(range, undurable(), countMax);
    const cursor = store.openRange(covered, hasValues);
    const merge = new Merge(entries, orderOf(range));
    async function* keys() {
      try {
        for (;;) {
          const rows = await cursor.next();
          if (rows.length === 0) break;
          yield merge.take(rows);
        }
        yield merge.finish();
      } finally {
        await cursor.close();
      }
    }
    return { revision: revision(), rest, keys: keys() };
  }
}
