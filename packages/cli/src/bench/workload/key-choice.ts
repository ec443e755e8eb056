/** Chooses the key of each request. Keys are numbered from 0 in the order of their creation. */
import { type SeededRandom, Zipfian } from './random.ts';

/**
 * `uniform`: every key is equally likely. `zipfian`: a few keys, the first ones, are chosen most of the
 * time. `latest`: the newest keys are chosen most of the time.
 */
export const distributions = ['uniform', 'zipfian', 'latest'] as const;
export type Distribution = (typeof distributions)[number];

export class KeyChoice {
  readonly #distribution: Distribution;
  readonly #random: SeededRandom;
  readonly #zipfian: Zipfian | undefined;
  #keyCount: number;

  constructor(distribution: Distribution, keyCount: number, random: SeededRandom) {
    this.#distribution = distribution;
    this.#keyCount = keyCount;
    this.#random = random;
    this.#zipfian = distribution === 'uniform' ? undefined : new Zipfian(keyCount);
  }

  /** Keys that exist, those created during the load included. */
  get keyCount(): number {
    return this.#keyCount;
  }

  /** A key that exists. */
  existing(): number {
    if (this.#zipfian === undefined) return this.#random.below(this.#keyCount);
    const rank = this.#zipfian.rankAt(this.#random.next());
    return this.#distribution === 'latest' ? this.#keyCount - 1 - rank : rank;
  }

  /** A new key, which exists from now on. */
  created(): number {
    this.#keyCount += 1;
    this.#zipfian?.growTo(this.#keyCount);
    return this.#keyCount - 1;
  }
}
