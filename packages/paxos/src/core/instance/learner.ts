/**
 * Learner: remembers what has been decided. A decision never changes.
 * Paxos Made Simple §2.3.
 */
import type { Retained } from '../commit/retention-policy.ts';
import type { Decision } from '../effects.ts';
import { DecidedValues } from './decided-values.ts';

/** What this peer knows of the outcome of an instance. */
export type Status<V> =
  | { readonly fate: 'decided'; readonly value: V }
  | { readonly fate: 'pending' }
  | { readonly fate: 'forgotten' };

export class Learner<V> {
  readonly #values: DecidedValues<V>;
  #firstMissing = 0;
  /** Like `#firstMissing`, but from a seq on that may lie above a gap. */
  #firstMissingAhead = 0;
  #highest = -1;

  /** `sizeOf` measures a value in bytes. Without it, values count as empty. */
  constructor(sizeOf: (value: V) => number = () => 0) {
    this.#values = new DecidedValues(sizeOf);
  }

  /** Returns whether the decision was new. */
  learn(seq: number, value: V): boolean {
    if (this.#values.has(seq)) return false;
    this.#values.add(seq, value);
    this.#highest = Math.max(this.#highest, seq);
    this.#firstMissing = this.#advance(this.#firstMissing);
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

  /** The same, from `floor` on. A lower `floor` than before changes nothing. */
  firstMissingFrom(floor: number): number {
    const from = Math.max(this.#firstMissingAhead, this.#firstMissing, floor);
    this.#firstMissingAhead = this.#advance(from);
    return this.#firstMissingAhead;
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
    return this.#values.decisions();
  }

  /** The decisions in memory. */
  get retained(): Retained {
    return this.#values.retained;
  }

  /** Where the decisions begin that fit a budget: see {@link DecidedValues.budgetStart}. */
  budgetStart(budget: Retained, from: number, limit: number): number {
    return this.#values.budgetStart(budget, from, limit);
  }

  /** The host does not need instances below `seq`: they no longer count as missing. */
  skipBelow(seq: number): void {
    this.#firstMissing = this.#advance(Math.max(this.#firstMissing, seq));
  }

  /** Frees all decisions below `min`, and returns them in order of seq. */
  forgetBelow(min: number): Decision<V>[] {
    this.skipBelow(min);
    return this.#values.forgetBelow(min);
  }

  snapshot() {
    const [firstMissing, firstMissingAhead] = [this.#firstMissing, this.#firstMissingAhead];
    const values = this.#values.snapshot();
    return { values, firstMissing, firstMissingAhead, highest: this.#highest };
  }

  resume(snapshot: ReturnType<Learner<V>['snapshot']>): void {
    this.#values.resume(snapshot.values);
    this.#firstMissing = snapshot.firstMissing;
    this.#firstMissingAhead = snapshot.firstMissingAhead;
    this.#highest = snapshot.highest;
  }

  #advance(from: number): number {
    let seq = from;
    while (this.#values.has(seq)) seq += 1;
    return seq;
  }
}
