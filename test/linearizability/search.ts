/**
 * Searches for one order of a key's operations that respects real time and explains every answer.
 *
 * Wing and Gong (1993): try an operation that may take effect next, and backtrack where none fits. Lowe
 * (2017): skip a combination of operations and state that was seen before. Four additional rules keep the
 * search small. Each omits only orders that lead nowhere, or that also exist in another form:
 *
 * - an answered get that fits and changes nothing is taken at once, without alternatives;
 * - an open operation takes effect only where the next answered one shows its effect, or shows the result
 *   of further open increments;
 * - answers with revisions are taken in the order of their revisions;
 * - a write is not taken if the values that gets read rule it out here, and states that no get reads any more
 *   are alike (see `foresight.ts`).
 */
import type { Operation } from '../history/operation.ts';
import { Foresight } from './foresight.ts';
import { LinearizedSet } from './linearized-set.ts';
import { answerOf, byteCountOf, counterOf, initialState, type State, step } from './model.ts';
import { States } from './states.ts';
import { Timeline } from './timeline.ts';

export interface Search {
  /** `unknown`: the budget was spent before the search ended. */
  readonly verdict: 'linearizable' | 'violated' | 'unknown';
  /**
   * An order that explains every answer; without one, the longest prefix found that cannot be continued.
   */
  readonly order: readonly Operation[];
  /** How many operations were tried. */
  readonly stepCount: number;
}

export interface Budget {
  /** Maximum number of operations to try; each takes some hundred bytes of memory. */
  readonly stepCountMax: number;
}

/** What {@link findOrder} may be told about a search. */
export interface SearchOptions {
  /** Whether to leave out what cannot succeed. Without it, prefixes of orders become longer. Default: yes. */
  readonly hasForesight?: boolean;
}

/** `operations` are those of one key, with a unique position for each of their events. */
export function findOrder(
  operations: readonly Operation[],
  budget: Budget,
  { hasForesight = true }: SearchOptions = {},
): Search {
  return new OrderSearch(operations, hasForesight).run(budget);
}

/** One operation taken, and the state before it. */
interface Turn {
  readonly number: number;
  readonly state: State;
  readonly isOpenShown: boolean;
  /** Whether no alternatives need to be tried. */
  readonly isSettled: boolean;
}

class OrderSearch {
  /**
   * Answered operations first, then open writes, both in the order of their calls. Numbers refer to this
   * array.
   */
  readonly #operations: readonly Operation[];
  readonly #answeredCount: number;
  /** Whether open increments exist: then a value does not show which operations led to it. */
  readonly #hasOpenIncrements: boolean;
  /** Whether only gets say anything about a value: no answer has its length, or that there was one. */
  readonly #areGetsAlone: boolean;
  readonly #foresight: Foresight | undefined;
  readonly #timeline: Timeline;
  readonly #answeredTaken: LinearizedSet;
  readonly #openTaken: LinearizedSet;
  readonly #states = new States();
  readonly #seen = new Set<string>();
  readonly #turns: Turn[] = [];
  /** The highest state revision that each answer allows, in order; only for answers with a revision. */
  readonly #deadlines: readonly number[];
  #deadlinesMet = 0;
  #state = initialState;
  /** Whether the last operation taken is an open one, whose effect the next one must show. */
  #isOpenShown = false;
  /** Numbers of the operations of the longest order so far. */
  readonly #longest: number[] = [];
  /** Length of the prefix of the current order that is unchanged since the longest order was saved. */
  #unchangedCount = 0;
  #stepCount = 0;

  constructor(operations: readonly Operation[], hasForesight: boolean) {
    const sorted = operations.toSorted((a, b) => a.position - b.position);
    const answered = sorted.filter(({ fate }) => fate.name === 'ok');
    const open = sorted.filter(({ name, fate }) => name !== 'get' && fate.name === 'open');
    this.#operations = [...answered, ...open];
    this.#answeredCount = answered.length;
    this.#hasOpenIncrements = open.some(({ name }) => name === 'increment');
    this.#areGetsAlone = !answered.some(
      ({ fate }) => fate.name === 'ok' && ('length' in fate.answer || 'deleted' in fate.answer),
    );
    this.#foresight = hasForesight ? new Foresight(this.#operations) : undefined;
    this.#answeredTaken = new LinearizedSet(answered.length);
    this.#openTaken = new LinearizedSet(open.length);
    this.#timeline = new Timeline(answered.map(toSpan));
    this.#deadlines = answered.flatMap((one) => deadlineOf(one) ?? []).sort((a, b) => a - b);
  }

  run({ stepCountMax }: Budget): Search {
    let tried: number | undefined;
    while (this.#timeline.left > 0) {
      if (this.#stepCount >= stepCountMax) return this.#end('unknown');
      if (this.#advance(tried)) {
        tried = undefined;
      } else {
        this.#noteLongest();
        tried = this.#goBack();
        if (tried === undefined) return this.#end('violated');
      }
    }
    const order = this.#turns.map(({ number }) => number);
    return this.#end('linearizable', order);
  }

  /** Takes the first operation after `tried` that leads to a new combination. */
  #advance(tried: number | undefined): boolean {
    for (let at = this.#candidate(tried); at !== undefined; at = this.#candidate(at)) {
      const next = this.#stateAfter(at);
      if (next === undefined) continue;
      const isSettled = next === this.#state && this.#isReading(at);
      if (this.#take({ number: at, next, isSettled })) return true;
      if (isSettled) return false;
    }
    return false;
  }

  /** The next operation that real time allows: the first one, or the one after `tried`. */
  #candidate(tried: number | undefined): number | undefined {
    const openStart = this.#answeredCount;
    if (tried === undefined || tried < openStart) {
      const answered = this.#timeline.candidate(tried);
      if (answered !== undefined) return answered;
    }
    const frontier = this.#timeline.frontier();
    for (let at = Math.max((tried ?? 0) + 1, openStart); this.#positionOf(at) < frontier; at += 1) {
      if (!this.#openTaken.has(at - openStart)) return at;
    }
    return undefined;
  }

  #stateAfter(number: number): State | undefined {
    const operation = this.#operations[number];
    if (operation === undefined) return undefined;
    this.#stepCount += 1;
    if (this.#isOpenShown && operation.name === 'put') return undefined;
    const next = step(this.#state, operation);
    if (next === undefined || next.revision > this.#revisionMax(operation)) return undefined;
    if (number < this.#answeredCount) return next;
    if (this.#areGetsAlone && this.#foresight?.isUnread(next)) return undefined;
    return next !== this.#state && this.#isShown(next) ? next : undefined;
  }

  /** The highest revision after `operation` that leaves all other answers explainable. */
  #revisionMax(operation: Operation): number {
    const first = this.#deadlines[this.#deadlinesMet] ?? Number.POSITIVE_INFINITY;
    const second = this.#deadlines[this.#deadlinesMet + 1] ?? Number.POSITIVE_INFINITY;
    return deadlineOf(operation) === first ? second : first;
  }

  #isReading(number: number): boolean {
    const operation = this.#operations[number];
    if (operation?.name === 'delete') return answerOf<'delete'>(operation.fate)?.deleted === false;
    return operation?.name === 'get';
  }

  /** Whether a candidate answered operation could show `state`, or the result of appends to it. */
  #isShown(state: State): boolean {
    if (this.#hasOpenIncrements && counterOf(state) !== undefined) return true;
    for (let at = this.#timeline.candidate(); at !== undefined; at = this.#timeline.candidate(at)) {
      const operation = this.#operations[at];
      if (operation !== undefined && mayShow(operation, state)) return true;
    }
    return false;
  }

  #take({ number, next, isSettled }: { number: number; next: State; isSettled: boolean }): boolean {
    const isOpen = number >= this.#answeredCount;
    this.#mark(number, true);
    const key = `${this.#nameOf(next)}${isOpen ? '!' : ' '}${this.#answeredTaken.key()} ${this.#openTaken.key()}`;
    if (this.#isDeadEnd(number, next) || this.#seen.has(key)) {
      this.#mark(number, false);
      return false;
    }
    this.#seen.add(key);
    this.#turns.push({ number, state: this.#state, isOpenShown: this.#isOpenShown, isSettled });
    if (!isOpen) this.#timeline.take(number);
    this.#state = next;
    this.#isOpenShown = isOpen;
    return true;
  }

  /** Whether the answers that are left rule out `next`, to which an operation led that was marked. */
  #isDeadEnd(number: number, next: State): boolean {
    const isRead = this.#operations[number]?.name === 'get';
    return !isRead && this.#foresight?.permits(number, next) === false;
  }

  /** A short text, equal for states that no answer that is left tells apart. */
  #nameOf(state: State): string {
    if (!this.#foresight?.isUnread(state)) return `${this.#states.numberOf(state)}`;
    const { revision, isExact, byteCount } = state;
    return `*${revision}${isExact ? '=' : '<'}${this.#areGetsAlone ? '' : byteCount}`;
  }

  /**
   * Undoes operations back to the last one with an alternative, and returns it; `undefined` if there is
   * none.
   */
  #goBack(): number | undefined {
    for (let turn = this.#turns.pop(); turn !== undefined; turn = this.#turns.pop()) {
      this.#mark(turn.number, false);
      if (turn.number < this.#answeredCount) this.#timeline.putBack(turn.number);
      this.#state = turn.state;
      this.#isOpenShown = turn.isOpenShown;
      this.#unchangedCount = Math.min(this.#unchangedCount, this.#turns.length);
      if (!turn.isSettled) return turn.number;
    }
    return undefined;
  }

  #mark(number: number, isTaken: boolean): void {
    const openNumber = number - this.#answeredCount;
    const [set, member] =
      openNumber < 0 ? [this.#answeredTaken, number] : [this.#openTaken, openNumber];
    if (isTaken) set.add(member);
    else set.delete(member);
    this.#foresight?.note(number, isTaken);
    const operation = this.#operations[number];
    if (operation === undefined || deadlineOf(operation) === undefined) return;
    this.#deadlinesMet += isTaken ? 1 : -1;
  }

  #positionOf(number: number): number {
    return this.#operations[number]?.position ?? Number.POSITIVE_INFINITY;
  }

  #noteLongest(): void {
    if (this.#turns.length <= this.#longest.length) return;
    this.#longest.length = this.#unchangedCount;
    for (const { number } of this.#turns.slice(this.#unchangedCount)) this.#longest.push(number);
    this.#unchangedCount = this.#turns.length;
  }

  #end(verdict: Search['verdict'], numbers: readonly number[] = this.#longest): Search {
    const order = numbers.flatMap((number) => this.#operations[number] ?? []);
    return { verdict, order, stepCount: this.#stepCount };
  }
}

function toSpan({ position, fate }: Operation): { call: number; end: number } {
  return { call: position, end: fate.name === 'ok' ? fate.position : Number.POSITIVE_INFINITY };
}

/** The highest state revision before an operation that fits its answer, if the answer has a revision. */
function deadlineOf({ name, fate }: Operation): number | undefined {
  if (fate.name !== 'ok') return undefined;
  const { answer } = fate;
  if (answer.revision === undefined || ('value' in answer && answer.value === undefined)) {
    return undefined;
  }
  const isWrite = name === 'delete' ? fate.answer.deleted === true : name !== 'get';
  return isWrite ? answer.revision - 1 : answer.revision;
}

/** Whether `state` explains an answer, possibly with open appends between the two. */
function mayShow(operation: Operation, state: State): boolean {
  switch (operation.name) {
    case 'get': {
      const value = answerOf<'get'>(operation.fate)?.value;
      return value === undefined ? state.value === undefined : value.startsWith(state.value ?? '');
    }
    case 'append': {
      const length = answerOf<'append'>(operation.fate)?.length ?? Number.POSITIVE_INFINITY;
      return state.byteCount + byteCountOf(operation.value) <= length;
    }
    case 'delete':
      return answerOf<'delete'>(operation.fate)?.deleted !== false || state.value === undefined;
    // Open appends may turn any value into a counter.
    case 'increment':
      return true;
    case 'put':
      return false;
  }
}
