/** What one key holds, and what the database knows of it. */
import type { CachedEntry } from './cached-value.ts';

/** What a write is to leave at a place, whatever becomes of it meanwhile. */
export interface Change {
  readonly place: CacheSlot;
  readonly entry: CachedEntry | undefined;
}

export interface CacheSlot {
  /** Of the key: see `nameOf`. */
  readonly name: string;
  /** `undefined`: nothing. Changed through `Places.change` only. */
  entry: CachedEntry | undefined;
  /** The checksum of its row as last given to the database; `undefined` if there is none. */
  rowSum: number | undefined;
}
