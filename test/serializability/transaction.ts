/**
 * Operations on several keys that take effect at one moment, with their answers: reads of keys and of ranges,
 * writes, and transactions, which write if comparisons hold. A field that is missing in an answer is not
 * checked.
 */

/** What a transaction expects of a key: its value (`undefined`: absent), its revision, or that it is there. */
export type Compare =
  | { readonly key: string; readonly value: string | undefined }
  | { readonly key: string; readonly revision: number }
  | { readonly key: string; readonly isPresent: boolean };

export type Write =
  | { readonly name: 'put'; readonly key: string; readonly value: string }
  /** An absent key counts as empty. */
  | { readonly name: 'append'; readonly key: string; readonly value: string }
  | { readonly name: 'delete'; readonly key: string }
  /** All keys of the range. */
  | ({ readonly name: 'deleteRange' } & KeyRange);

/** All keys from `from` up to, not including, `to`. */
export interface KeyRange {
  readonly from: string;
  readonly to: string;
}

/** One key, or all keys of a range. */
export type Selection = { readonly key: string } | KeyRange;

/** A present key. */
export interface Entry {
  readonly key: string;
  readonly value: string;
  /** The revision at which it was last written. */
  readonly revision?: number;
}

export interface Answer {
  /** Whether all comparisons held. */
  readonly succeeded?: boolean;
  /** The store's revision after it. */
  readonly revision?: number;
  /** All present keys of the selections, in any order, as they were before the writes. */
  readonly entries?: readonly Entry[];
  /** How many keys of the selections were present before the writes. */
  readonly count?: number;
  /** How many keys were removed with ranges. */
  readonly deleted?: number;
}

export type Fate =
  | { readonly name: 'ok'; readonly position: number; readonly answer: Answer }
  /** It may take effect at any time after its call, or never. */
  | { readonly name: 'open' };

export interface Transaction {
  /** Unique in its history. */
  readonly id: number;
  /** Position of its call among the events of the history. */
  readonly position: number;
  readonly fate: Fate;
  readonly compares: readonly Compare[];
  readonly writes: readonly Write[];
  readonly reads: readonly Selection[];
}

/** The answer of a transaction that was answered. */
export function answerOf({ fate }: Transaction): Answer | undefined {
  return fate.name === 'ok' ? fate.answer : undefined;
}

export function endOf({ fate }: Transaction): number {
  return fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY;
}

/** Whether an answered transaction changed the store; `undefined` if its answer does not tell. */
export function hasChanged(transaction: Transaction): boolean | undefined {
  const { writes, compares } = transaction;
  const { succeeded, deleted = 0 } = answerOf(transaction) ?? {};
  if (writes.length === 0 || succeeded === false) return false;
  if (compares.length > 0 && succeeded === undefined) return undefined;
  if (deleted > 0) return true;
  const isSure = (one: Write) =>
    one.name !== 'deleteRange' && (one.name !== 'delete' || isThere(compares, one.key));
  if (writes.some(isSure)) return true;
  return isIdle(transaction) ? false : undefined;
}

/** Whether it removes ranges only, and its answer says that there was nothing in them. */
function isIdle(transaction: Transaction): boolean {
  const isRangeOnly = transaction.writes.every(({ name }) => name === 'deleteRange');
  return isRangeOnly && answerOf(transaction)?.deleted === 0;
}

/** Whether comparisons hold only if a key is present. */
function isThere(compares: readonly Compare[], key: string): boolean {
  return compares.some((compare) => {
    if (compare.key !== key) return false;
    if ('value' in compare) return compare.value !== undefined;
    return 'revision' in compare ? compare.revision > 0 : compare.isPresent;
  });
}
