/**
 * Chooses the thread that waits for a flush: the calling thread saves a hop of some 50 µs, and the thread pool
 * lets the event loop go on. The choice follows the flush times that are measured.
 */

/** `calling`: the event loop stands still until the disk has answered. */
export type FlushThread = 'calling' | 'pool';

export interface FlushPlaceLimits {
  /** The number of flushes that are judged together. */
  readonly sampleCount: number;
  /** Flushes faster than this go to the calling thread, in milliseconds. */
  readonly fastMs: number;
  /** They leave it when half of them are slower than this. */
  readonly slowMs: number;
  /** A single slower flush on the calling thread moves all to the pool at once. */
  readonly stallMs: number;
  /** After slow flushes so many samples in a row must be fast before the calling thread is used again. */
  readonly calmSampleCount: number;
  /** Writes larger than this always go to the pool, in bytes. */
  readonly bytesMax: number;
}

export const flushPlaceLimits: FlushPlaceLimits = {
  sampleCount: 32,
  fastMs: 0.6,
  slowMs: 1,
  stallMs: 10,
  calmSampleCount: 8,
  bytesMax: 256 * 1024,
};

export class FlushPlace {
  readonly #limits: FlushPlaceLimits;
  readonly #sample: number[] = [];
  /** Starts with the pool: a slow disk must never stop the event loop. */
  #thread: FlushThread = 'pool';
  /** The number of fast samples still wanted before the calling thread is used. */
  #doubt = 1;

  constructor(limits: FlushPlaceLimits = flushPlaceLimits) {
    this.#limits = limits;
  }

  /** Names the thread for a write of so many bytes. */
  threadFor(bytes: number): FlushThread {
    return bytes > this.#limits.bytesMax ? 'pool' : this.#thread;
  }

  /** Takes note of one flush. */
  add(bytes: number, tookMs: number): void {
    const { bytesMax, stallMs, sampleCount, calmSampleCount } = this.#limits;
    if (bytes > bytesMax) return;
    // In the pool it may have been the event loop that stalled.
    if (this.#thread === 'calling' && tookMs > stallMs) {
      this.#sample.length = 0;
      this.#thread = 'pool';
      this.#doubt = calmSampleCount;
      return;
    }
    this.#sample.push(tookMs);
    if (this.#sample.length < sampleCount) return;
    this.#judge(this.#sample.splice(0));
  }

  #judge(sample: readonly number[]): void {
    const { fastMs, slowMs, calmSampleCount } = this.#limits;
    const sorted = sample.toSorted((a, b) => a - b);
    if (this.#thread === 'calling') {
      if (quantileOf(sorted, 0.5) <= slowMs) return;
      this.#thread = 'pool';
      this.#doubt = calmSampleCount;
      return;
    }
    // A busy event loop hears late of flushes in the pool, so only the faster ones tell how fast the disk is.
    if (quantileOf(sorted, 0.25) < fastMs) this.#doubt -= 1;
    else this.#doubt = Math.max(calmSampleCount, this.#doubt);
    if (this.#doubt <= 0) this.#thread = 'calling';
  }
}

function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
