/**
 * Judges a history by the order of its revisions: the answers to writes say at which revision each took effect,
 * so there is only one order of changes, and no search. It remains to be checked that the order respects real
 * time, that it explains every answer, and that nothing is missing in it.
 */
import { initialState, type State, step } from './model.ts';
import {
  type Answer,
  answerOf,
  type Entry,
  endOf,
  hasChanged,
  type Transaction,
} from './transaction.ts';

export type Finding =
  | { readonly name: 'serializable' }
  | { readonly name: 'violated'; readonly explanation: string };

/**
 * `undefined` if the answers do not tell the order of changes: a write has no revision, or one of several writes
 * may have made a revision, whose outcomes are unknown or whose answers do not say whether they had an effect.
 */
export function judgeByRevisions(transactions: readonly Transaction[]): Finding | undefined {
  const known = new Map<number, Transaction>();
  const others: Transaction[] = [];
  for (const one of transactions) {
    const changed = one.fate.name === 'open' ? undefined : hasChanged(one);
    const revision = answerOf(one)?.revision;
    if (one.writes.length === 0 || changed === false) continue;
    if (one.fate.name === 'ok' && revision === undefined) return undefined;
    if (changed === undefined || revision === undefined) {
      others.push(one);
      continue;
    }
    const other = known.get(revision);
    if (other !== undefined) {
      return violated(`#${other.id} and #${one.id} made revision ${revision}`);
    }
    known.set(revision, one);
  }
  const changes = follow({
    known,
    others,
    answers: transactions.flatMap((one) => answerOf(one) ?? []),
  });
  if (changes === undefined || 'name' in changes) return changes;
  const finding = place(changes, transactions);
  // A write of unknown outcome may have taken effect after the last revision that any answer shows.
  const isOpenLeft = others.some((one) => one.fate.name === 'open' && !changes.placed.has(one));
  return finding.name === 'violated' && isOpenLeft ? undefined : finding;
}

interface Writes {
  /** By the revision that they made. */
  readonly known: ReadonlyMap<number, Transaction>;
  /** Those that may have made one of the other revisions. */
  readonly others: readonly Transaction[];
  readonly answers: readonly Answer[];
}

/** Goes from revision to revision as long as only one write can have made the next one. */
function follow({ known, others, answers }: Writes): Order | Finding | undefined {
  const entries = answers.flatMap(({ entries: some = [] }) => some);
  const revisions = [...answers, ...entries].map(({ revision = 0 }) => revision);
  const last = revisions.reduce((most, revision) => Math.max(most, revision), 0);
  const states: State[] = [initialState];
  const placed = new Map<Transaction, number>();
  for (let revision = 1; revision <= last; revision += 1) {
    const state = states[revision - 1] ?? initialState;
    const sure = known.get(revision);
    const shown = sure === undefined ? entries.filter((entry) => entry.revision === revision) : [];
    const makers = (sure === undefined ? others : [sure]).flatMap((one) => {
      const next = placed.has(one) ? undefined : step(state, one);
      const isFit = next?.revision === revision && shown.every((entry) => hasEntry(next, entry));
      return isFit ? { one, next } : [];
    });
    if (makers.length === 0) {
      const what = sure === undefined ? 'no write made' : `#${sure.id} does not fit at`;
      return violated(`${what} revision ${revision}`);
    }
    const maker = makers.length === 1 ? makers[0] : firstOfAlike(makers);
    if (maker === undefined) return undefined;
    states.push(maker.next);
    placed.set(maker.one, revision);
  }
  return { states, placed };
}

/** A write that may have made a revision, and the state after it. */
interface Maker {
  readonly one: Transaction;
  readonly next: State;
}

/**
 * Deletes of one key often have the same revision: one of them made it, and then the others found nothing. Real
 * time allows every order that begins with the one that was called first.
 */
function firstOfAlike(makers: readonly Maker[]): Maker | undefined {
  if (makers.some(({ one }) => one.fate.name === 'open')) return undefined;
  const [first, ...others] = makers.toSorted((a, b) => a.one.position - b.one.position);
  const areIdleAfterIt = others.every(({ one }) => first && step(first.next, one) === first.next);
  return areIdleAfterIt ? first : undefined;
}

function hasEntry({ entries }: State, { key, value, revision }: Entry): boolean {
  const stored = entries.get(key);
  return stored?.value === value && stored.revision === revision;
}

interface Order {
  /** By revision. */
  readonly states: readonly State[];
  /** The revision that each change made. */
  readonly placed: ReadonlyMap<Transaction, number>;
}

/**
 * Finds a revision for each transaction that changed nothing, the lowest one that fits, in the order of their
 * ends: so later ones have the widest choice. Checks real time on the way.
 */
function place({ states, placed }: Order, transactions: readonly Transaction[]): Finding {
  const answered = transactions.filter(({ fate }) => fate.name === 'ok');
  const calls = transactions.filter((one) => one.fate.name === 'ok' || placed.has(one));
  const floors = new Floors();
  // What is called must be placed above all that had ended; a read is placed once it ends.
  const events = [
    ...calls.map((one) => ({ position: one.position, one, isEnd: false })),
    ...answered.map((one) => ({ position: endOf(one), one, isEnd: true })),
  ].sort((a, b) => a.position - b.position);
  for (const { one, isEnd } of events) {
    if (!isEnd) {
      const revision = placed.get(one);
      if (revision !== undefined && revision <= floors.now) {
        return violated(`#${one.id} made revision ${revision} after ${floors.now} was known`);
      }
      floors.set(one);
      continue;
    }
    const revision = placed.get(one) ?? lowestFit(states, one, floors.of(one));
    if (revision === undefined) return violated(`no revision explains the answer to #${one.id}`);
    floors.raise(revision);
  }
  return { name: 'serializable' };
}

/** The highest revision known from answers, now and when each transaction was called. */
class Floors {
  now = 0;
  readonly #atCall = new Map<Transaction, number>();

  set(one: Transaction): void {
    this.#atCall.set(one, this.now);
  }

  of(one: Transaction): number {
    return this.#atCall.get(one) ?? 0;
  }

  raise(revision: number): void {
    this.now = Math.max(this.now, revision);
  }
}

function lowestFit(states: readonly State[], one: Transaction, floor: number): number | undefined {
  const answer = answerOf(one) ?? {};
  const [first, last] =
    answer.revision === undefined
      ? [floor, states.length - 1]
      : [Math.max(floor, answer.revision), answer.revision];
  for (let revision = first; revision <= last; revision += 1) {
    const state = states[revision];
    if (state !== undefined && step(state, one) === state) return revision;
  }
  return undefined;
}

function violated(explanation: string): Finding {
  return { name: 'violated', explanation };
}
