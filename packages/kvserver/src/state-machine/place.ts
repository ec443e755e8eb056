/** What one key holds, and what the database knows of it. */
import type { Entry } from './command.ts';

export interface Place {
  /** Of the key: see `nameOf`. */
  readonly name: string;
  /** `undefined`: nothing. What it says is changed through `Places.change` only. */
  entry: Entry | undefined;
  /** The checksum of its row as last given to the database; `undefined` if there is none. */
  rowSum: number | undefined;
}
