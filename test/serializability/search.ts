/**
 * Searches for one order of transactions that respects real time and explains every answer: Wing and Gong
 * (1993), with the combinations of taken transactions and state remembered, as Lowe (2017) does. All keys are
 * searched together, so it is for histories that revisions do not order.
 */
import { LinearizedSet } from '../linearizability/linearized-set.ts';
import { Timeline } from '../linearizability/timeline.ts';
import { initialState, type State, step } from './model.ts';
import { endOf, type Transaction } from './transaction.ts';

/** `unknown`: the budget was spent first. */
export type SearchVerdict = 'serializable' | 'violated' | 'unknown';

interface Turn {
  readonly number: number;
  readonly state: State;
  /** Whether no alternatives need to be tried. */
  readonly isSettled: boolean;
}

export function searchOrder(
  transactions: readonly Transaction[],
  { stepCountMax }: { readonly stepCountMax: number },
): SearchVerdict {
  return new TransactionSearch(transactions).run(stepCountMax);
}

class TransactionSearch {
  /** Answered transactions first, then open ones that write, both in the order of their calls. */
  readonly #transactions: readonly Transaction[];
  readonly #answeredCount: number;
  readonly #timeline: Timeline;
  readonly #taken: LinearizedSet;
  readonly #seen = new Set<string>();
  readonly #names = new WeakMap<State, string>();
  readonly #turns: Turn[] = [];
  #state = initialState;
  #stepCount = 0;

  constructor(transactions: readonly Transaction[]) {
    const sorted = transactions.toSorted((a, b) => a.position - b.position);
    const answered = sorted.filter(({ fate }) => fate.name === 'ok');
    const open = sorted.filter(({ fate, writes }) => fate.name === 'open' && writes.length > 0);
    this.#transactions = [...answered, ...open];
    this.#answeredCount = answered.length;
    this.#timeline = new Timeline(answered.map((one) => ({ call: one.position, end: endOf(one) })));
    this.#taken = new LinearizedSet(this.#transactions.length);
  }

  run(stepCountMax: number): SearchVerdict {
    let tried: number | undefined;
    while (this.#timeline.left > 0) {
      if (this.#stepCount >= stepCountMax) return 'unknown';
      if (this.#advance(tried)) {
        tried = undefined;
        continue;
      }
      tried = this.#goBack();
      if (tried === undefined) return 'violated';
    }
    return 'serializable';
  }

  #advance(tried: number | undefined): boolean {
    for (let at = this.#candidate(tried); at !== undefined; at = this.#candidate(at)) {
      const transaction = this.#transactions[at];
      this.#stepCount += 1;
      const next = transaction && step(this.#state, transaction);
      const isOpen = at >= this.#answeredCount;
      if (next === undefined || (isOpen && next === this.#state)) continue;
      const isSettled = !isOpen && transaction?.writes.length === 0;
      if (this.#take(at, next, isSettled)) return true;
      if (isSettled) return false;
    }
    return false;
  }

  /** The next transaction that real time allows: the first one, or the one after `tried`. */
  #candidate(tried: number | undefined): number | undefined {
    if (tried === undefined || tried < this.#answeredCount) {
      const answered = this.#timeline.candidate(tried);
      if (answered !== undefined) return answered;
    }
    const frontier = this.#timeline.frontier();
    for (let at = Math.max((tried ?? 0) + 1, this.#answeredCount); ; at += 1) {
      if ((this.#transactions[at]?.position ?? Number.POSITIVE_INFINITY) >= frontier) {
        return undefined;
      }
      if (!this.#taken.has(at)) return at;
    }
  }

  #take(number: number, next: State, isSettled: boolean): boolean {
    this.#taken.add(number);
    const key = `${this.#taken.key()} ${this.#nameOf(next)}`;
    if (this.#seen.has(key)) {
      this.#taken.delete(number);
      return false;
    }
    this.#seen.add(key);
    this.#turns.push({ number, state: this.#state, isSettled });
    if (number < this.#answeredCount) this.#timeline.take(number);
    this.#state = next;
    return true;
  }

  #goBack(): number | undefined {
    for (let turn = this.#turns.pop(); turn !== undefined; turn = this.#turns.pop()) {
      this.#taken.delete(turn.number);
      if (turn.number < this.#answeredCount) this.#timeline.putBack(turn.number);
      this.#state = turn.state;
      if (!turn.isSettled) return turn.number;
    }
    return undefined;
  }

  /** Equal for equal states only. */
  #nameOf(state: State): string {
    const known = this.#names.get(state);
    if (known !== undefined) return known;
    const entries = [...state.entries].map(([key, { value, revision }]) => [key, value, revision]);
    const name = JSON.stringify([state.revision, entries.sort(byKey)]);
    this.#names.set(state, name);
    return name;
  }
}

function byKey([a = '']: readonly unknown[], [b = '']: readonly unknown[]): number {
  return `${a}` < `${b}` ? -1 : 1;
}
