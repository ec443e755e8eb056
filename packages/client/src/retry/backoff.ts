/**
 * How long to wait before trying again: each delay is drawn between the least one and three times
 * the last, up to a cap ("decorrelated jitter"), so that clients who failed together part ways.
 */
import type { Random } from '../environment.ts';

export interface BackoffLimits {
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
}

export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: Random;
  #lastDelayMs: number;

  constructor(limits: BackoffLimits, random: Random) {
    this.#limits = limits;
    this.#random = random;
    this.#lastDelayMs = limits.retryDelayMsMin;
  }

  /** The next delay in milliseconds. */
  next(): number {
    const { retryDelayMsMin, retryDelayMsMax } = this.#limits;
    const span = this.#lastDelayMs * 3 - retryDelayMsMin;
    const drawn = retryDelayMsMin + this.#random.next() * span;
    this.#lastDelayMs = Math.min(retryDelayMsMax, drawn);
    return this.#lastDelayMs;
  }
}
