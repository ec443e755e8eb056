/**
 * The search for one order of a key's operations that respects real time and explains every answer.
 *
 * Wing and Gong (1993): try what may take effect next, and go back where nothing fits. Lowe (2017):
 * where the same operations have led to the same state before, do not look again. Three rules of our
 * own keep the search small. Each leaves out only orders that exist in another form as well:
 *
 * - an answered get that fits and changes nothing is taken at once, and nothing is tried instead;
 * - an open operation takes effect only where an answered one is about to show it, or open increments may
 *   yet make of it what an answered one shows;
 * - answers that told revisions are taken in the order of these.
 */
import type { Operation } from '../history/operation.ts';
import { LinearizedSet } from './linearized-set.ts';
import { byteCountOf, counterOf, initialState, type State, step, told } from './model.ts';
import { States } from './states.ts';
import { Timeline } from './timeline.ts';

export interface Search {
  /** `unknown`: the budget was spent before it was known. */
  readonly verdict: 'linearizable' | 'violated' | 'unknown';
  /** An order that explains every answer; without one, the longest found behind which nothing fits. */
  readonly order: readonly Operation[];
  /** How often an operation was tried. */
  readonly stepCount: number;
}

export interface Budget {
  /** How often an operation may be tried; some hundred bytes are kept for each time. */
  readonly stepCountMax: number;
}

/** `operations` are those of one key, each with a position of its own for each of its events. */
export function findOrder(operations: readonly Operation[], budget: Budget): Search {
  return new OrderSearch(operations).run(budget);
}

/** One operation taken, and how it was before. */
interface Turn {
  readonly number: number;
  readonly state: State;
  readonly isOpenShown: boolean;
  /** Whether nothing else need be tried instead. */
  readonly isSettled: boolean;
}

class OrderSearch {
  /** Those with an answer first, then open writes, both by their calls. Numbers count these. */
  readonly #operations: readonly Operation[];
  readonly #answeredCount: number;
  /** Whether a value may come to be in ways that are not told from the value. */
  readonly #hasOpenIncrements: boolean;
  readonly #timeline: Timeline;
  readonly #answeredTaken: LinearizedSet;
  readonly #openTaken: LinearizedSet;
  readonly #states = new States();
  readonly #seen = new Set<string>();
  readonly #turns: Turn[] = [];
  /** Up to which revision of the state each answer can be explained, in order; where one was told. */
  readonly #deadlines: readonly number[];
  #deadlinesMet = 0;
  #state = initialState;
  /** Whether the last operation taken is an open one, which the next must show. */
  #isOpenShown = false;
  /** Numbers of the operations of the longest order so far. */
  readonly #longest: number[] = [];
  /** As many of its first turns are still as they were when it was noted. */
  #unchangedCount = 0;
  #stepCount = 0;

  constructor(operations: readonly Operation[]) {
    const sorted = operations.toSorted((a, b) => a.position - b.position);
    const answered = sorted.filter(({ fate }) => fate.name === 'ok');
    const open = sorted.filter(({ name, fate }) => name !== 'get' && fate.name === 'open');
    this.#operations = [...answered, ...open];
    this.#answeredCount = answered.length;
    this.#hasOpenIncrements = open.some(({ name }) => name === 'increment');
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

  /** Takes the first operation behind `tried` that leads to something new. */
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

  /** What may take effect next as far as real time goes: the first such, or the one behind `tried`. */
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
    if (operation?.name === 'delete') return told<'delete'>(operation.fate)?.deleted === false;
    return operation?.name === 'get';
  }

  /** Whether an answered operation that may be next could show `state`, or what appends make of it. */
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
    const sets = `${this.#answeredTaken.key()} ${this.#openTaken.key()}`;
    const key = `${this.#states.numberOf(next)}${isOpen ? '!' : ' '}${sets}`;
    if (this.#seen.has(key)) {
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

  /** Takes back the last operation that leaves something else to try, and gives it; if there is one. */
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

/** The highest revision of the state before an operation that fits what it told, if it told one. */
function deadlineOf({ name, fate }: Operation): number | undefined {
  if (fate.name !== 'ok') return undefined;
  const { answer } = fate;
  if (answer.revision === undefined || ('value' in answer && answer.value === undefined)) {
    return undefined;
  }
  const isWrite = name === 'delete' ? fate.answer.deleted === true : name !== 'get';
  return isWrite ? answer.revision - 1 : answer.revision;
}

/** Whether an answer can be explained by `state`, if need be with open appends between the two. */
function mayShow(operation: Operation, state: State): boolean {
  switch (operation.name) {
    case 'get': {
      const value = told<'get'>(operation.fate)?.value;
      return value === undefined ? state.value === undefined : value.startsWith(state.value ?? '');
    }
    case 'append': {
      const length = told<'append'>(operation.fate)?.length ?? Number.POSITIVE_INFINITY;
      return state.byteCount + byteCountOf(operation.value) <= length;
    }
    case 'delete':
      return told<'delete'>(operation.fate)?.deleted !== false || state.value === undefined;
    // Whatever is there, open appends may make a counter of it.
    case 'increment':
      return true;
    case 'put':
      return false;
  }
}
