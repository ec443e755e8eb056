/**
 * Ranks of which a few come up most of the time, as in YCSB: rank 0 is the most frequent, rank r about
 * (r + 1)^0.99 times as rare. The method is that of Gray et al., "Quickly Generating Billion-Record
 * Synthetic Databases", §3.2: one power a draw, however many ranks there are.
 */

const skew = 0.99;
const exponent = 1 / (1 - skew);
const zetaOfTwo = 1 + 0.5 ** skew;

export class Zipfian {
  #count = 0;
  /** Sum of 1 / r^skew over all ranks, counted from 1. */
  #zeta = 0;
  #eta = 0;

  constructor(count: number) {
    this.growTo(count);
  }

  /** A rank from 0 up to, not including, the count. `chance`: evenly from 0 to below 1. */
  rankAt(chance: number): number {
    const share = chance * this.#zeta;
    if (share < 1 || this.#count === 1) return 0;
    if (share < zetaOfTwo || this.#count === 2) return 1;
    const rank = Math.floor(this.#count * (this.#eta * chance - this.#eta + 1) ** exponent);
    return Math.min(rank, this.#count - 1);
  }

  /** Takes more ranks in, at the cost of the new ones only. */
  growTo(count: number): void {
    for (; this.#count < count; this.#count += 1) this.#zeta += 1 / (this.#count + 1) ** skew;
    this.#eta = (1 - (2 / count) ** (1 - skew)) / (1 - zetaOfTwo / this.#zeta);
  }
}
