/** Which of the keys a request is about. Keys are numbered from 0 in the order they came to be. */
import type { Dice } from './dice.ts';
import { Zipfian } from './zipfian.ts';

/**
 * `uniform`: every key as often as any other. `zipfian`: a few keys most of the time, the first ones.
 * `latest`: likewise, but the newest ones.
 */
export const distributions = ['uniform', 'zipfian', 'latest'] as const;
export type Distribution = (typeof distributions)[number];

export class KeyChoice {
  readonly #distribution: Distribution;
  readonly #dice: Dice;
  readonly #zipfian: Zipfian | undefined;
  #keyCount: number;

  constructor(distribution: Distribution, keyCount: number, dice: Dice) {
    this.#distribution = distribution;
    this.#keyCount = keyCount;
    this.#dice = dice;
    this.#zipfian = distribution === 'uniform' ? undefined : new Zipfian(keyCount);
  }

  /** How many there are by now. */
  get keyCount(): number {
    return this.#keyCount;
  }

  /** One of those there are. */
  existing(): number {
    if (this.#zipfian === undefined) return this.#dice.below(this.#keyCount);
    const rank = this.#zipfian.rankAt(this.#dice.next());
    return this.#distribution === 'latest' ? this.#keyCount - 1 - rank : rank;
  }

  /** A new one. From now on it counts as there. */
  created(): number {
    this.#keyCount += 1;
    this.#zipfian?.growTo(this.#keyCount);
    return this.#keyCount - 1;
  }
}
