/**
 * Reads the present keys of a range in order, as they are at one moment or were at an earlier revision: the rows of the
 * database, over them the entries that are not durable yet, and over all of it what the keys were before later changes.
 * What is read stays out of the entry cache, where it would displace what is used.
 */
import type { RevisionOrNow } from '@paxkv/protocol';
import type { StateStore } from '../../state-store.ts';
import type { CacheSlot } from '../cached-entry.ts';
import type { CachedEntry } from '../cached-value.ts';
import type { History } from '../changes/history.ts';
import type { RecentChanges } from '../changes/recent-changes.ts';
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
  readonly recentChanges: Pick<RecentChanges, 'entriesAt'>;
  /** Default: the recent changes are all there are. */
  readonly history?: Pick<History, 'known'>;
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

/**
 * Why a range cannot be shown at a revision: `compacted`, some changes since then are not in memory any more; `ahead`,
 * the store has not reached it.
 */
export type NotShown = 'compacted' | 'ahead';

type EarlierEntries = ReadonlyMap<string, CachedEntry | undefined>;

const noneEarlier: EarlierEntries = new Map();

export class RangeReader {
  readonly #source: RangeSource;

  constructor(source: RangeSource) {
    this.#source = source;
  }

  /** As the range is now. `hasValues`: whether entries are read too. @throws StateError */
  async open(range: NameRange, hasValues = true): Promise<OpenRange> {
    await this.#source.store.expectRangeIntact(range);
    return this.#open(range, { hasValues, earlier: noneEarlier, shown: this.#source.revision() });
  }

  /** As the range was at a revision. @throws StateError */
  async openAsOf(
    range: NameRange,
    asOf: RevisionOrNow,
    hasValues = true,
  ): Promise<OpenRange | NotShown> {
    if (asOf === 'now') return this.open(range, hasValues);
    const { store, revision, recentChanges, history } = this.#source;
    await history?.known(asOf);
    await store.expectRangeIntact(range);
    if (asOf > revision()) return 'ahead';
    const earlier = recentChanges.entriesAt(asOf, range);
    return earlier === undefined
      ? 'compacted'
      : this.#open(range, { hasValues, earlier, shown: asOf });
  }

  /** Safety: nothing is awaited here, so a write is in the database or among the undurable entries. */
  #open(
    range: NameRange,
    how: { readonly hasValues: boolean; readonly earlier: EarlierEntries; readonly shown: number },
  ): OpenRange {
    const { store, undurable } = this.#source;
    const countMax = this.#source.undurableCountMax ?? undurableCountMax;
    const { covered, entries, rest } = undurableIn(
      range,
      overlaid(undurable(), how.earlier),
      countMax,
    );
    const cursor = store.openRange(covered, how.hasValues);
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
    return { revision: how.shown, rest, keys: keys() };
  }
}

/** The undurable entries, but for the keys that changed later: what they were before. */
function* overlaid(undurable: Iterable<CacheSlot>, earlier: EarlierEntries): Iterable<CacheSlot> {
  for (const [name, entry] of earlier) yield { name, entry, rowSum: undefined };
  for (const slot of undurable) if (!earlier.has(slot.name)) yield slot;
}
