/**
 * The decided values in memory, and how many bytes they take. It also finds where a budget begins that is
 * counted from the newest decision down, at a cost that does not grow with the number of values.
 */
import type { Retained } from '../commit/retention-policy.ts';
import type { Decision } from '../effects.ts';
import { InstanceMap } from './instance-map.ts';

export class DecidedValues<V> {
  readonly #values = new InstanceMap<V>();
  readonly #sizeOf: (value: V) => number;
  #bytes = 0;
  /** The lowest seq that is counted against a budget. Only rises. */
  #start = 0;
  /** What is held from there on. */
  #counted = { instances: 0, bytes: 0 };

  constructor(sizeOf: (value: V) => number) {
    this.#sizeOf = sizeOf;
  }

  get(seq: number): V | undefined {
    return this.#values.get(seq);
  }

  has(seq: number): boolean {
    return this.#values.has(seq);
  }

  add(seq: number, value: V): void {
    const bytes = this.#sizeOf(value);
    this.#values.set(seq, value);
    this.#bytes += bytes;
    if (seq >= this.#start) this.#count(1, bytes);
  }

  /** All of them, in order of seq. */
  decisions(): Decision<V>[] {
    return [...this.#values.entries()].map(toDecision).sort((a, b) => a.seq - b.seq);
  }

  get retained(): Retained {
    return { instances: this.#values.size, bytes: this.#bytes };
  }

  /**
   * The lowest seq, from `from` up, such that the values from there on are within the budget. The search
   * ends at `limit`.
   */
  budgetStart({ instances, bytes }: Retained, from: number, limit: number): number {
    this.#startAt(from);
    while (
      this.#start < limit &&
      (this.#counted.instances > instances || this.#counted.bytes > bytes)
    )
      this.#startAt(this.#start + 1);
    return this.#start;
  }

  /** Frees all below `min`, and returns them in order of seq. */
  forgetBelow(min: number): Decision<V>[] {
    this.#startAt(min);
    const forgotten = this.#values.forgetBelow(min).map(toDecision);
    for (const { value } of forgotten) this.#bytes -= this.#sizeOf(value);
    return forgotten;
  }

  snapshot() {
    const values = this.#values.snapshot((value) => value);
    return { values, bytes: this.#bytes, start: this.#start, counted: { ...this.#counted } };
  }

  resume({ values, bytes, start, counted }: ReturnType<DecidedValues<V>['snapshot']>): void {
    this.#values.resume(values, (value) => value);
    this.#bytes = bytes;
    this.#start = start;
    this.#counted = { ...counted };
  }

  #startAt(seq: number): void {
    for (const [, value] of this.#values.within(this.#start, seq))
      this.#count(-1, -this.#sizeOf(value));
    this.#start = Math.max(this.#start, seq);
  }

  #count(instances: number, bytes: number): void {
    this.#counted.instances += instances;
    this.#counted.bytes += bytes;
  }
}

function toDecision<V>([seq, value]: [number, V]): Decision<V> {
  return { seq, value };
}
