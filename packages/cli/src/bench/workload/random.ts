/** Random draws for a load, from a seed: uniform numbers and Zipfian ranks. */

/** Odd, near 2^32 divided by the golden ratio: the states visit every 32-bit number once. */
const step = 0x9e3779b9;

/** Uniform random numbers. The same seed gives the same numbers. Fast, and random enough for a load. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A number from 0 to below 1. */
  next(): number {
    this.#state = (this.#state + step) | 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }
}

const skew = 0.99;
const exponent = 1 / (1 - skew);
const zetaOfTwo = 1 + 0.5 ** skew;

/**
 * Random ranks, a few of which are drawn most of the time, as in YCSB. Rank 0 is the most frequent, and rank r is
 * about (r + 1)^0.99 times as rare. The method is that of Gray et al., "Quickly Generating Billion-Record
 * Synthetic Databases", §3.2: one power for each draw, however many ranks there are.
 */
export class Zipfian {
  #count = 0;
  /** Sum of 1 / r^skew over all ranks, counted from 1. */
  #zeta = 0;
  #eta = 0;

  constructor(count: number) {
    this.growTo(count);
  }

  /** A rank from 0 to below the count. `uniform`: a random number from 0 to below 1. */
  rankAt(uniform: number): number {
    const share = uniform * this.#zeta;
    if (share < 1 || this.#count === 1) return 0;
    if (share < zetaOfTwo || this.#count === 2) return 1;
    const rank = Math.floor(this.#count * (this.#eta * uniform - this.#eta + 1) ** exponent);
    return Math.min(rank, this.#count - 1);
  }

  /** Adds ranks. The cost depends only on the number of new ones. */
  growTo(count: number): void {
    for (; this.#count < count; this.#count += 1) this.#zeta += 1 / (this.#count + 1) ** skew;
    this.#eta = (1 - (2 / count) ** (1 - skew)) / (1 - zetaOfTwo / this.#zeta);
  }
}
