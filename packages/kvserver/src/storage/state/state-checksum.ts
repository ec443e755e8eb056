/**
 * A tally of rows: how many there are, and the sum of their checksums. It lies in the position's row,
 * so each write keeps it true; a row that LevelDB dropped, or brought back from before, makes it false.
 */
import { type Row, toCount } from '@paxkv/protocol';

export interface Tally {
  readonly count: number;
  /** Of the rows' checksums, modulo 2³². It does not depend on their order. */
  readonly sum: number;
}

export const noRows: Tally = { count: 0, sum: 0 };

/** The tally after one row was replaced; an absent checksum stands for no row. */
export function tallyAfter(
  { count, sum }: Tally,
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
): Tally {
  return {
    count: count + (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sum: (sum + (after ?? 0) - (before ?? 0)) >>> 0,
  };
}

export function isSameTally(one: Tally, other: Tally): boolean {
  return one.count === other.count && one.sum === other.sum;
}

export function fromTally({ count, sum }: Tally): Row {
  return [count, sum];
}

/** @throws TypeError */
export function toTally([count, sum]: Row): Tally {
  return { count: toCount(count), sum: toCount(sum) };
}
