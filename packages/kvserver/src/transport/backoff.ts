/** Delays between attempts. They double up to a limit, and are random so that peers do not dial in step. */
import type { Random } from '@paxkv/paxos';

export interface BackoffRange {
  readonly retryDelayMsMin: number;
  readonly retryDelayMsMax: number;
}

export class Backoff {
  readonly #random: Random;
  readonly #range: BackoffRange;
  #ceilingMs: number;

  constructor(random: Random, range: BackoffRange) {
    this.#random = random;
    this.#range = range;
    this.#ceilingMs = range.retryDelayMsMin;
  }

  /** Milliseconds to wait before the next attempt: between half and all of a ceiling that doubles. */
  nextMs(): number {
    const ceilingMs = this.#ceilingMs;
    this.#ceilingMs = Math.min(2 * ceilingMs, this.#range.retryDelayMsMax);
    return (ceilingMs / 2) * (1 + this.#random.next());
  }

  /** Starts again with short delays, after a connection that lasted. */
  reset(): void {
    this.#ceilingMs = this.#range.retryDelayMsMin;
  }
}
