/**
 * How long a disk takes for writes that are flushed: those that are under way, the last one, and percentiles of
 * the latest. Recording one costs the same however many there were.
 */

/** The latest writes that percentiles are taken from. */
const sampleCount = 512;

/** A write under way. */
export interface BegunWrite {
  readonly begunMs: number;
}

/** What the writes so far have shown. Times are those of `performance.now()`. */
export interface DiskTimes {
  /** When the last write ended, also if it failed; when recording began if there was none. */
  readonly lastMs: number;
  /** When the oldest write under way began. Absent: none is under way. */
  readonly pendingSinceMs: number | undefined;
  /** Why the last write failed. Absent: it did not. */
  readonly failure: string | undefined;
  /** Writes that have ended. */
  readonly writeCount: number;
  /** Milliseconds of the latest writes: half of them took at most `p50Ms`. Absent: none has ended. */
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** Slow writes that nobody was told of yet. */
export interface SlowWrites {
  readonly count: number;
  readonly longestMs: number;
}

export class WriteTimes {
  readonly #now: () => number;
  readonly #onEnded: (tookMs: number) => void;
  readonly #slowMs: number;
  readonly #pending = new Set<BegunWrite>();
  readonly #sample = new Float64Array(sampleCount);
  #writeCount = 0;
  #lastMs: number;
  #failure: string | undefined;
  #slow: SlowWrites = { count: 0, longestMs: 0 };
  /** For how long writes were under way before `#busySinceMs`. */
  #flushedMs = 0;
  #busySinceMs = 0;

  /** `now` never goes back. A write of `slowMs` or more is slow. `onEnded` learns of each write that has ended. */
  constructor(now: () => number, slowMs: number, onEnded: (tookMs: number) => void = () => {}) {
    this.#now = now;
    this.#slowMs = slowMs;
    this.#onEnded = onEnded;
    this.#lastMs = now();
  }

  begin(): BegunWrite {
    const write = { begunMs: this.#now() };
    if (this.#pending.size === 0) this.#busySinceMs = write.begunMs;
    this.#pending.add(write);
    return write;
  }

  /** `failure`: why it failed, if it did. */
  end(write: BegunWrite, failure?: string): void {
    this.#pending.delete(write);
    this.#lastMs = this.#now();
    if (this.#pending.size === 0) this.#flushedMs += this.#lastMs - this.#busySinceMs;
    this.#failure = failure;
    const tookMs = this.#lastMs - write.begunMs;
    this.#sample[this.#writeCount % sampleCount] = tookMs;
    this.#writeCount += 1;
    this.#onEnded(tookMs);
    if (tookMs < this.#slowMs) return;
    const { count, longestMs } = this.#slow;
    this.#slow = { count: count + 1, longestMs: Math.max(longestMs, tookMs) };
  }

  get times(): DiskTimes {
    const sorted = this.#sample.slice(0, Math.min(this.#writeCount, sampleCount)).sort();
    const begun = [...this.#pending].map(({ begunMs }) => begunMs);
    return {
      lastMs: this.#lastMs,
      pendingSinceMs: begun.length === 0 ? undefined : Math.min(...begun),
      failure: this.#failure,
      writeCount: this.#writeCount,
      p50Ms: sorted[Math.ceil(sorted.length * 0.5) - 1],
      p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1],
    };
  }

  /** Whether a write is under way. */
  get isBusy(): boolean {
    return this.#pending.size > 0;
  }

  /** For how long one write or more has been under way since recording began, in milliseconds. */
  get flushedMs(): number {
    return this.#flushedMs + (this.isBusy ? this.#now() - this.#busySinceMs : 0);
  }

  /** The time since the last write ended, in milliseconds. */
  get idleMs(): number {
    return this.#now() - this.#lastMs;
  }

  /** The slow writes since the last call. */
  takeSlow(): SlowWrites {
    const slow = this.#slow;
    this.#slow = { count: 0, longestMs: 0 };
    return slow;
  }
}
