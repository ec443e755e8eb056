/**
 * How long to wait before the next try. Each delay is random, between the minimum and three times the last
 * delay, up to a maximum ("decorrelated jitter"). Clients that failed together thus spread out.
 */
import type { Random } from '../environment.ts';

export interface BackoffLimits {
  /** Milliseconds. */
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
