/** What one key holds, and what the database knows of it. */
import type { KeptEntry } from './cached-value.ts';

/** What a write is to leave at a place, whatever becomes of it meanwhile. */
export interface Change {
  readonly place: Place;
  readonly entry: KeptEntry | undefined;
}

export interface Place {
  /** Of the key: see `nameOf`. */
  readonly name: string;
  /** `undefined`: nothing. Changed through `Places.change` only. */
  entry: KeptEntry | undefined;
  /** The checksum of its row as last given to the database; `undefined` if there is none. */
  rowSum: number | undefined;
}
