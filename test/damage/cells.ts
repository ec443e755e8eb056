/** The cells of the damage matrix: which file is damaged, how, and on how many nodes. */
import { type Corruption, corruptions, isPossible, type Target, targets } from './corruptions.ts';

/** `all`: the same kind of file on every node, each at another position. */
export type Extent = 'one' | 'minority' | 'all';

export interface Cell {
  readonly target: Target;
  readonly corruption: Corruption;
  readonly extent: Extent;
}

const extents: readonly Extent[] = ['one', 'minority', 'all'];

export const allCells: readonly Cell[] = keysOf(targets).flatMap((target) =>
  keysOf(corruptions)
    .filter((corruption) => isPossible(target, corruption))
    .flatMap((corruption) => extents.map((extent) => ({ target, corruption, extent }))),
);

/** One cell in three: every target, corruption and extent, in varying combinations. */
export const ciCells: readonly Cell[] = allCells.filter((_, index) => (index % 9) % 4 === 0);

/**
 * The few cells that every test run includes: the segments and the tables, which hold the most data. A start reads a
 * table of the state if it holds sessions, and no other.
 */
export const quickCells: readonly Cell[] = [
  { target: 'last segment', corruption: 'end zeroed', extent: 'one' },
  { target: 'state table', corruption: 'one bit', extent: 'one' },
  { target: 'data table', corruption: 'one bit', extent: 'one' },
  { target: 'first segment', corruption: 'deleted', extent: 'all' },
];

export function nodeCountOf({ extent }: Cell): number {
  return extent === 'minority' ? 5 : 3;
}

export function damagedNodesOf({ extent }: Cell): readonly number[] {
  return { one: [0], minority: [0, 1], all: [0, 1, 2] }[extent];
}

export function nameOf({ target, corruption, extent }: Cell): string {
  return `${target}, ${corruption}, ${extent}`;
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(record) as Key[];
}
