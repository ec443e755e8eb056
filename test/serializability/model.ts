/**
 * The sequential specification of a store of several keys. Each transaction that changes the store raises its
 * revision by one, and gives this revision to every key that it writes.
 */
import type { Answer, Compare, Entry, Selection, Transaction, Write } from './transaction.ts';

export interface Stored {
  readonly value: string;
  readonly revision: number;
}

export type Entries = ReadonlyMap<string, Stored>;

/** Immutable. */
export interface State {
  /** The number of changes so far. */
  readonly revision: number;
  readonly entries: Entries;
}

export const initialState: State = { revision: 0, entries: new Map() };

/**
 * The state after `transaction` took effect: the same object if it changes nothing, and `undefined` if its
 * answer is impossible.
 */
export function step(state: State, transaction: Transaction): State | undefined {
  const { compares, writes, reads, fate } = transaction;
  const succeeded = compares.every((compare) => holds(state.entries, compare));
  const next = succeeded ? write(state, writes) : state;
  if (fate.name === 'open') return next;
  const { answer } = fate;
  if ((answer.succeeded ?? succeeded) !== succeeded) return undefined;
  if ((answer.revision ?? next.revision) !== next.revision) return undefined;
  return hasEntries(state.entries, reads, answer) ? next : undefined;
}

/** One write after another, all at one revision. */
function write(state: State, writes: readonly Write[]): State {
  const revision = state.revision + 1;
  const entries = new Map(state.entries);
  let hasChanged = false;
  for (const one of writes) {
    if (one.name !== 'delete') entries.set(one.key, { value: valueAfter(entries, one), revision });
    else if (!entries.delete(one.key)) continue;
    hasChanged = true;
  }
  return hasChanged ? { revision, entries } : state;
}

function valueAfter(entries: Entries, one: Exclude<Write, { name: 'delete' }>): string {
  return one.name === 'put' ? one.value : (entries.get(one.key)?.value ?? '') + one.value;
}

export function holds(entries: Entries, compare: Compare): boolean {
  const stored = entries.get(compare.key);
  if ('value' in compare) return stored?.value === compare.value;
  if ('revision' in compare) return (stored?.revision ?? 0) === compare.revision;
  return (stored !== undefined) === compare.isPresent;
}

/** Whether the answer has all present keys of the selections, with the right values, and no others. */
export function hasEntries(
  entries: Entries,
  reads: readonly Selection[],
  { entries: answered }: Answer,
): boolean {
  if (answered === undefined) return true;
  const present = [...entries.keys()].filter((key) => reads.some((one) => covers(one, key)));
  const keys = new Set(answered.map(({ key }) => key));
  return keys.size === present.length && present.every((key) => keys.has(key)) && areRight();

  function areRight(): boolean {
    return (answered ?? []).every((entry) => isRight(entry, entries.get(entry.key)));
  }
}

function isRight({ value, revision }: Entry, stored: Stored | undefined): boolean {
  return stored?.value === value && (revision ?? stored.revision) === stored.revision;
}

export function covers(selection: Selection, key: string): boolean {
  if ('key' in selection) return selection.key === key;
  return selection.from <= key && key < selection.to;
}
