/**
 * A tally of rows: how many there are, and the sum of their checksums. It lies in the position's row,
 * so each write keeps it true; a row that LevelDB dropped, or brought back from before, makes it false.
 */
import { type Row, toCount } from '@paxkv/protocol';

export interface StateChecksum {
  readonly count: number;
  /** Of the rows' checksums, modulo 2³². It does not depend on their order. */
  readonly sum: number;
}

export const emptyChecksum: StateChecksum = { count: 0, sum: 0 };

/** The tally after one row was replaced; an absent checksum stands for no row. */
export function checksumAfter(
  { count, sum }: StateChecksum,
  { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
): StateChecksum {
  return {
    count: count + (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1),
    sum: (sum + (after ?? 0) - (before ?? 0)) >>> 0,
  };
}

export function isSameChecksum(one: StateChecksum, other: StateChecksum): boolean {
  return one.count === other.count && one.sum === other.sum;
}

export function fromChecksum({ count, sum }: StateChecksum): Row {
  return [count, sum];
}

/** @throws TypeError */
export function toChecksum([count, sum]: Row): StateChecksum {
  return { count: toCount(count), sum: toCount(sum) };
}
