/** The slot of one key in the entry cache, and changes that are to be written to the database. */
import type { CachedEntry } from './cached-value.ts';

/** What a write stores for a slot. The entry of the slot may change again meanwhile. */
export interface Change {
  readonly slot: CacheSlot;
  readonly entry: CachedEntry | undefined;
}

export interface CacheSlot {
  /** The name of the key; see `nameOf`. */
  readonly name: string;
  /** `undefined` if the key is absent. Only `EntryCache.change` may set it. */
  entry: CachedEntry | undefined;
  /** The checksum of the row that was last written to the database; `undefined` if there is no row. */
  rowSum: number | undefined;
}
