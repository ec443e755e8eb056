/**
 * Calls and returns of one key's operations in real time, as a doubly linked list from which operations
 * are removed and restored in reverse: an operation called before the first return may take effect next.
 */

/** Positions among the events of a history; a return comes after its call. */
export interface Span {
  readonly call: number;
  readonly end: number;
}

const head = 0;

export class Timeline {
  readonly #spans: readonly Span[];
  /** Neighbours of each entry. Operation n has its call at 2n + 1 and its return at 2n + 2. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  #left: number;

  constructor(spans: readonly Span[]) {
    this.#spans = spans;
    this.#left = spans.length;
    this.#next = new Int32Array(2 * spans.length + 1);
    this.#previous = new Int32Array(2 * spans.length + 1);
    const entries = spans.flatMap(({ call, end }, number) => [
      { entry: callOf(number), position: call },
      { entry: returnOf(number), position: end },
    ]);
    let last = head;
    for (const { entry } of entries.sort((a, b) => a.position - b.position)) {
      this.#join(last, entry);
      last = entry;
    }
    this.#join(last, head);
  }

  /** How many operations are in the list. */
  get left(): number {
    return this.#left;
  }

  /**
   * The first operation that may take effect next, or the one after `number`; `undefined` if there is
   * none.
   */
  candidate(number?: number): number | undefined {
    const entry = this.#next[number === undefined ? head : callOf(number)] ?? head;
    return entry % 2 === 1 ? (entry - 1) / 2 : undefined;
  }

  /** Position of the first return: an operation called later cannot take effect yet. */
  frontier(): number {
    let entry = this.#next[head] ?? head;
    while (entry % 2 === 1) entry = this.#next[entry] ?? head;
    return entry === head ? Number.POSITIVE_INFINITY : (this.#spans[entry / 2 - 1]?.end ?? 0);
  }

  take(number: number): void {
    this.#left -= 1;
    for (const entry of [callOf(number), returnOf(number)]) {
      this.#join(this.#previous[entry] ?? head, this.#next[entry] ?? head);
    }
  }

  /** Undoes the last `take` that was not undone, which must have been of `number`. */
  putBack(number: number): void {
    this.#left += 1;
    for (const entry of [returnOf(number), callOf(number)]) {
      this.#next[this.#previous[entry] ?? head] = entry;
      this.#previous[this.#next[entry] ?? head] = entry;
    }
  }

  #join(before: number, after: number): void {
    this.#next[before] = after;
    this.#previous[after] = before;
  }
}

function callOf(number: number): number {
  return 2 * number + 1;
}

function returnOf(number: number): number {
  return 2 * number + 2;
}
