/** Ranges of names, which are in the order of the keys: a name has one character for each byte. */
import { boundsOf, type KeyRange } from '@paxkv/protocol';
import { nameOf } from '../latin1.ts';

export interface NameRange {
  /** Included. */
  readonly first: string;
  /** Excluded; `undefined` if nothing bounds the range above. */
  readonly end: string | undefined;
  /** Whether the highest name comes first. */
  readonly isReversed: boolean;
}

export function toNameRange(range: KeyRange, isReversed = false): NameRange {
  const { first, end } = boundsOf(range);
  return { first: nameOf(first), end: end && nameOf(end), isReversed };
}

export function isInRange({ first, end }: NameRange, name: string): boolean {
  return name >= first && (end === undefined || name < end);
}

/** The order of a range: below 0 if `one` comes first. */
export function orderOf({ isReversed }: NameRange): (one: string, other: string) => number {
  const sign = isReversed ? -1 : 1;
  return (one, other) => {
    if (one === other) return 0;
    return one < other ? -sign : sign;
  };
}

/** The part of the range up to `name`, which is included. */
export function upTo(range: NameRange, name: string): NameRange {
  return range.isReversed ? { ...range, first: name } : { ...range, end: after(name) };
}

/** The bound of the range that is left behind `name`: the first name of it, or its end if it is reversed. */
export function boundAfter({ isReversed }: NameRange, name: string): string {
  return isReversed ? name : after(name);
}

/** The range that is left behind such a bound. */
export function continuedAt(range: NameRange, bound: string): NameRange {
  return range.isReversed ? { ...range, end: bound } : { ...range, first: bound };
}

/** The name that follows directly. */
function after(name: string): string {
  return `${name}\0`;
}
