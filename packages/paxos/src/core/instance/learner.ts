/**
 * Learner: remembers what has been decided. A decision never changes.
 * Paxos Made Simple §2.3.
 */
import type { Decision } from '../effects.ts';
import { InstanceMap } from './instance-map.ts';

/** What this peer knows of the outcome of an instance. */
export type Status<V> =
  | { readonly fate: 'decided'; readonly value: V }
  | { readonly fate: 'pending' }
  | { readonly fate: 'forgotten' };

export class Learner<V> {
  readonly #values = new InstanceMap<V>();
  #firstMissing = 0;
  #highest = -1;

  /** Returns whether the decision was new. */
  learn(seq: number, value: V): boolean {
    if (this.#values.has(seq)) return false;
    this.#values.set(seq, value);
    this.#highest = Math.max(this.#highest, seq);
    this.#advance();
    return true;
  }

  /** The highest seq known to be decided, or −1. */
  get highest(): number {
    return this.#highest;
  }

  knows(seq: number): boolean {
    return this.#values.has(seq);
  }

  decision(seq: number): Decision<V> | undefined {
    const value = this.#values.get(seq);
    return value === undefined ? undefined : { seq, value };
  }

  /** The lowest seq that is neither known to be decided nor skipped by {@link skipBelow}. */
  get firstMissing(): number {
    return this.#firstMissing;
  }

  /** This peer knows every decision up to here, or its host no longer needs it; −1 for none. */
  get knownUpTo(): number {
    return this.#firstMissing - 1;
  }

  /** At most `count` consecutive decided values, from `seq` on. */
  run(seq: number, count: number): V[] {
    const values: V[] = [];
    for (let next = seq; next < seq + count; next += 1) {
      const value = this.#values.get(next);
      if (value === undefined) break;
      values.push(value);
    }
    return values;
  }

  /** All that is known, in order of seq. */
  decisions(): Decision<V>[] {
    return [...this.#values.entries()]
      .map(([seq, value]) => ({ seq, value }))
      .sort((a, b) => a.seq - b.seq);
  }

  /** The host does not need instances below `seq`: they no longer count as missing. */
  skipBelow(seq: number): void {
    this.#firstMissing = Math.max(this.#firstMissing, seq);
    this.#advance();
  }

  forgetBelow(min: number): void {
    this.skipBelow(min);
    this.#values.forgetBelow(min);
  }

  get size(): number {
    return this.#values.size;
  }

  #advance(): void {
    while (this.#values.has(this.#firstMissing)) this.#firstMissing += 1;
  }
}
