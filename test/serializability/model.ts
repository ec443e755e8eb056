/**
 * The sequential specification of a store of several keys. Each transaction that changes the store raises its
 * revision by one, and gives this revision to every key that it writes.
 */
import type {
  Answer,
  Compare,
  Entry,
  KeyRange,
  Selection,
  Transaction,
  Write,
} from './transaction.ts';

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
  const { next, removed } = succeeded ? write(state, writes) : { next: state, removed: 0 };
  if (fate.name === 'open') return next;
  const { answer } = fate;
  if ((answer.succeeded ?? succeeded) !== succeeded) return undefined;
  if ((answer.revision ?? next.revision) !== next.revision) return undefined;
  if ((answer.deleted ?? removed) !== removed) return undefined;
  return hasEntries(state.entries, reads, answer) ? next : undefined;
}

interface Written {
  /** The same object if nothing changed. */
  readonly next: State;
  /** How many keys were removed with ranges. */
  readonly removed: number;
}

/** One write after another, all at one revision. Default: the one after that of the state. */
export function write(
  state: State,
  writes: readonly Write[],
  revision = state.revision + 1,
): Written {
  const entries = new Map(state.entries);
  let hasChanged = false;
  let removed = 0;
  for (const one of writes) {
    if (one.name === 'deleteRange') {
      const count = removeRange(entries, one);
      removed += count;
      hasChanged ||= count > 0;
    } else if (one.name === 'delete') {
      hasChanged = entries.delete(one.key) || hasChanged;
    } else {
      entries.set(one.key, { value: valueAfter(entries, one), revision });
      hasChanged = true;
    }
  }
  return { next: hasChanged ? { revision, entries } : state, removed };
}

function removeRange(entries: Map<string, Stored>, range: KeyRange): number {
  const keys = [...entries.keys()].filter((key) => covers(range, key));
  for (const key of keys) entries.delete(key);
  return keys.length;
}

function valueAfter(entries: Entries, one: Extract<Write, { value: string }>): string {
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
  { entries: answered, count }: Answer,
): boolean {
  if (answered === undefined && count === undefined) return true;
  const present = [...entries.keys()].filter((key) => reads.some((one) => covers(one, key)));
  if ((count ?? present.length) !== present.length) return false;
  if (answered === undefined) return true;
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
