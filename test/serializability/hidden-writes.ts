/**
 * Writes of unknown outcome whose revision no answer shows: a range was deleted, and what is absent has no revision. They
 * may take effect between any two answers, so places for them are searched for at which every answer is explained. Those
 * that have one are returned as if they had been answered; the checker then judges the whole history.
 *
 * All answers must have revisions and all values must be unique, as for `withOwnRevisions`. A write that compares nothing
 * may only delete ranges.
 */
import { type Entries, hasEntries, holds, write } from './model.ts';
import { type Answer, answerOf, endOf, hasChanged, type Transaction } from './transaction.ts';

const budgetDefault = { stepCountMax: 1_000_000 };

/** Returns `undefined` if the budget was spent first. If no places explain the answers, nothing is changed. */
export function withHiddenWrites(
  transactions: readonly Transaction[],
  { stepCountMax }: { readonly stepCountMax: number } = budgetDefault,
): readonly Transaction[] | undefined {
  const steps = stepsOf(transactions);
  const shown = new Set(steps.map(({ one }) => one));
  const hidden = transactions.filter(
    (one) => one.fate.name === 'open' && one.writes.length > 0 && !shown.has(one),
  );
  const placed = new Places(steps, hidden, stepCountMax).find();
  if (placed === 'unknown') return undefined;
  return transactions.map((one) => asAnswered(one, placed.get(one)));
}

/** A transaction whose revision is known. */
interface Step {
  readonly one: Transaction;
  /** That of the store after it. */
  readonly revision: number;
  readonly isChange: boolean;
}

/** In the order of their revisions, which is the order in which they took effect. */
function stepsOf(transactions: readonly Transaction[]): Step[] {
  const revisions = revisionsByValue(transactions);
  const steps = transactions.flatMap((one): Step[] => {
    const revision = answerOf(one)?.revision ?? shownRevision(one, revisions);
    if (revision === undefined) return [];
    const isChange = one.fate.name === 'open' || hasChanged(one) === true;
    return [{ one, revision, isChange }];
  });
  return steps.sort((a, b) => a.revision - b.revision || Number(b.isChange) - Number(a.isChange));
}

/** The revision at which each key had each value, as answers show it. */
function revisionsByValue(transactions: readonly Transaction[]): Map<string, number> {
  const revisions = new Map<string, number>();
  for (const one of transactions) {
    for (const { key, value, revision } of answerOf(one)?.entries ?? []) {
      if (revision !== undefined) revisions.set(`${key} ${value}`, revision);
    }
  }
  return revisions;
}

/** The revision that a write of unknown outcome made, if an answer shows what it left. */
function shownRevision(
  { fate, writes }: Transaction,
  revisions: ReadonlyMap<string, number>,
): number | undefined {
  if (fate.name === 'ok') return undefined;
  for (const one of writes) {
    if (!('value' in one)) continue;
    for (const [name, revision] of revisions) {
      if (name.startsWith(`${one.key} `) && name.endsWith(one.value)) return revision;
    }
  }
  return undefined;
}

/** What a hidden write did, and when. */
interface Effect {
  readonly revision: number;
  readonly deleted: number;
}

type Placed = ReadonlyMap<Transaction, Effect>;

class Places {
  readonly #steps: readonly Step[];
  readonly #hidden: readonly Transaction[];
  /** The earliest end of each step and all that follow: what was called later took effect after one of them. */
  readonly #ends: readonly number[];
  readonly #failed = new Set<string>();
  #left: number;

  constructor(steps: readonly Step[], hidden: readonly Transaction[], stepCountMax: number) {
    this.#steps = steps;
    this.#hidden = hidden;
    this.#ends = earliestEnds(steps);
    this.#left = stepCountMax;
  }

  /** None if there are no places at which all answers are explained. */
  find(): Placed | 'unknown' {
    const found = this.#search(0, new Map(), new Map());
    return this.#left < 0 ? 'unknown' : (found ?? new Map());
  }

  /** Explains the steps from `first` on, with further hidden writes before any of them. */
  #search(first: number, entries: Entries, placed: Placed): Placed | undefined {
    const states = this.#follow(first, entries);
    const last = first + states.length - 1;
    if (last === this.#steps.length) return placed;
    // The latest place comes first: until then the write was in no answer's way.
    for (let at = last; at >= first; at -= 1) {
      const state = states[at - first] ?? entries;
      for (const one of this.#hidden) {
        const found = placed.has(one) ? undefined : this.#tryAt(at, state, one, placed);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #tryAt(at: number, entries: Entries, one: Transaction, placed: Placed): Placed | undefined {
    const revision = this.#roomAt(at, placed);
    if (revision === undefined || one.position >= (this.#ends[at] ?? 0)) return undefined;
    if (!one.compares.every((compare) => holds(entries, compare))) return undefined;
    const before = { revision: revision - 1, entries };
    const { next, removed } = write(before, one.writes, revision);
    if (next === before) return undefined;
    const more = new Map(placed).set(one, { revision, deleted: removed });
    const name = nameOf(at, next.entries, more);
    if (this.#failed.has(name)) return undefined;
    this.#failed.add(name);
    return this.#search(at, next.entries, more);
  }

  /** The revision of a further write just before this step; `undefined` if there is none left. */
  #roomAt(at: number, placed: Placed): number | undefined {
    const { revision: end = 0, isChange = false } = this.#steps[at] ?? {};
    const start = this.#steps[at - 1]?.revision ?? 0;
    const taken = [...placed.values()].map(({ revision }) => revision);
    const revision = 1 + Math.max(start, ...taken.filter((one) => one <= end));
    return revision <= (isChange ? end - 1 : end) ? revision : undefined;
  }

  /** The state before each step, up to and including the first that it does not explain. */
  #follow(first: number, entries: Entries): Entries[] {
    const states = [entries];
    let state = entries;
    for (const step of this.#steps.slice(first)) {
      this.#left -= 1;
      const next = this.#left < 0 ? undefined : after(state, step);
      if (next === undefined) break;
      states.push(next);
      state = next;
    }
    return states;
  }
}

/** What is stored after the step, or `undefined` if its answer is not that of this state. */
function after(entries: Entries, { one, revision, isChange }: Step): Entries | undefined {
  const { compares, writes, reads } = one;
  const answer: Answer = answerOf(one) ?? {};
  const isMet = compares.every((compare) => holds(entries, compare));
  if (isMet !== (answer.succeeded ?? isMet) || !hasEntries(entries, reads, answer))
    return undefined;
  const before = { revision: revision - 1, entries };
  const { next, removed } = isMet ? write(before, writes, revision) : { next: before, removed: 0 };
  const isFit = (next !== before) === isChange && (answer.deleted ?? removed) === removed;
  return isFit ? next.entries : undefined;
}

function earliestEnds(steps: readonly Step[]): number[] {
  const ends = steps.map(({ one }) => endOf(one));
  for (let at = ends.length - 2; at >= 0; at -= 1) {
    ends[at] = Math.min(ends[at] ?? 0, ends[at + 1] ?? 0);
  }
  return ends;
}

/** Equal for equal places and states only. */
function nameOf(at: number, entries: Entries, placed: Placed): string {
  const used = [...placed.keys()].map(({ id }) => id).sort();
  const stored = [...entries].map(([key, { value, revision }]) => [key, value, revision]).sort();
  return JSON.stringify([at, used, stored]);
}

/** A write that certainly took effect. Nobody has seen its end, so that it bounds nothing in real time. */
function asAnswered(one: Transaction, effect: Effect | undefined): Transaction {
  if (effect === undefined) return one;
  const answer = { succeeded: true, ...effect };
  return { ...one, fate: { name: 'ok', position: Number.MAX_SAFE_INTEGER, answer } };
}
