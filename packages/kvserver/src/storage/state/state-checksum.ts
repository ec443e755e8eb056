/**
 * The checksum of all rows of a state: their number, and the sum of their own checksums. The row of the
 * position holds it, and each write updates it; a row that LevelDB dropped or restored makes it wrong.
 */
import { type Row, toCount } from '@paxkv/protocol';

export interface StateChecksum {
  readonly count: number;
  /** The sum of the rows' checksums, modulo 2³². It does not depend on their order. */
  readonly sum: number;
}

export const emptyChecksum: StateChecksum = { count: 0, sum: 0 };

/** The checksum after one row was replaced; `undefined` stands for no row. */
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
