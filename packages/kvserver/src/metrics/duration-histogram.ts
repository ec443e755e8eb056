/**
 * DurationHistogram: how often something took how long, in buckets. To record a duration costs tens of nanoseconds,
 * so that every request and every flush may be recorded; a scrape reads the buckets later.
 */

/** Upper bounds in seconds, from a cached read to a time-out. */
export const secondsBounds: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** What was recorded so far. */
export interface HistogramReading {
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[];
  /** For each bound, how many durations were at most that long. */
  readonly cumulative: readonly number[];
  readonly count: number;
  readonly sumSeconds: number;
}

export class DurationHistogram {
  readonly #bounds: readonly number[];
  readonly #boundsMs: Float64Array;
  /** Durations in each bucket; the last one has those above every bound. */
  readonly #counts: Float64Array;
  #sumMs = 0;

  /** `bounds` in seconds, ascending. */
  constructor(bounds: readonly number[] = secondsBounds) {
    this.#bounds = bounds;
    this.#boundsMs = Float64Array.from(bounds, (seconds) => seconds * 1000);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Records one duration, in milliseconds. */
  observe(ms: number): void {
    const { length } = this.#boundsMs;
    let bucket = 0;
    while (bucket < length && ms > (this.#boundsMs[bucket] ?? 0)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumMs += ms;
  }

  get reading(): HistogramReading {
    const cumulative: number[] = [];
    let count = 0;
    for (const each of this.#counts) {
      count += each;
      cumulative.push(count);
    }
    cumulative.pop();
    return { bounds: this.#bounds, cumulative, count, sumSeconds: this.#sumMs / 1000 };
  }
}
