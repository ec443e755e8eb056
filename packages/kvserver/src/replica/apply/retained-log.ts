/**
 * Counts the bytes of decided values that are kept in memory: Paxos keeps a decision until it may be forgotten, and
 * a replica keeps it until it has applied it.
 */

export class RetainedLog {
  /** The lowest instance that Paxos remembers. */
  readonly #min: () => number;
  /** The bytes of each value, in order of their decisions. */
  readonly #bytesOf = new Map<number, number>();
  #countedFrom = 0;
  #bytes = 0;

  constructor(min: () => number) {
    this.#min = min;
  }

  /** The bytes of all values of instances that are not forgotten. */
  get bytes(): number {
    const min = this.#min();
    if (min > this.#countedFrom) this.#forgetBelow(min);
    return this.#bytes;
  }

  /** Takes a decision, in any order, each at most once. */
  add(seq: number, bytes: number): void {
    if (seq < this.#countedFrom) return;
    this.#bytesOf.set(seq, bytes);
    this.#bytes += bytes;
  }

  #forgetBelow(min: number): void {
    // A state from another replica may raise it by more than there are decisions.
    if (min - this.#countedFrom > this.#bytesOf.size) {
      for (const seq of this.#bytesOf.keys()) if (seq < min) this.#forget(seq);
    } else {
      for (let seq = this.#countedFrom; seq < min; seq += 1) this.#forget(seq);
    }
    this.#countedFrom = min;
  }

  #forget(seq: number): void {
    this.#bytes -= this.#bytesOf.get(seq) ?? 0;
    this.#bytesOf.delete(seq);
  }
}
