/**
 * Limits how often wrong credentials may be tried: a token bucket for each source, most often an address. An attempt
 * counts from its beginning, so that many at once are no way past the limit; one that succeeds is given back.
 */

export interface AttemptLimitOptions {
  /** Attempts that may follow each other at once. */
  readonly burst: number;
  /** Attempts that are possible again after each second. */
  readonly perSecond: number;
  /** Sources that are remembered. Beyond it the one that tried least recently is forgotten. */
  readonly sourceCountMax: number;
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number;
}

interface Bucket {
  readonly left: number;
  readonly atMs: number;
}

export class AttemptLimit {
  readonly #options: AttemptLimitOptions;
  /** The least recently used source first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: AttemptLimitOptions) {
    this.#options = options;
  }

  /** Seconds until the next attempt of `source` is possible, at least 1; 0 if it is possible now. */
  waitSeconds(source: string): number {
    const left = this.#leftOf(source);
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / this.#options.perSecond));
  }

  /** Counts an attempt that begins. */
  onBegun(source: string): void {
    this.#set(source, Math.max(0, this.#leftOf(source) - 1));
    if (this.#buckets.size <= this.#options.sourceCountMax) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }

  /** The attempt was none: the credentials are right, or were not looked at. */
  giveBack(source: string): void {
    if (!this.#buckets.has(source)) return;
    this.#set(source, Math.min(this.#options.burst, this.#leftOf(source) + 1));
  }

  #set(source: string, left: number): void {
    this.#buckets.delete(source);
    this.#buckets.set(source, { left, atMs: this.#options.now() });
  }

  #leftOf(source: string): number {
    const { burst, perSecond, now } = this.#options;
    const bucket = this.#buckets.get(source);
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.left + ((now() - bucket.atMs) / 1000) * perSecond);
  }
}
