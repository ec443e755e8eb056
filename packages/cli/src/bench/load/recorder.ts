/**
 * Measurements of a running load: a histogram, counts and the rate over time. Its size does not depend on
 * the number of requests.
 */
import { build, type Histogram } from 'hdr-histogram-js';

/** The measurement, in milliseconds of one clock. An answer before `startMs` belongs to the warm-up. */
export interface Window {
  readonly startMs: number;
  /** `undefined` if the measurement has no fixed end. */
  readonly endMs: number | undefined;
}

const intervalCountMax = 200;
const intervalMsMin = 100;
const latencyUsMax = 3600e6;
const barsPerDoubling = 2;

export class Recorder {
  /** Microseconds of each request answered after the warm-up, even after the end of the window. */
  readonly histogram: Histogram = build({
    highestTrackableValue: latencyUsMax,
    numberOfSignificantValueDigits: 3,
  });
  /** How many of those requests took from `barStartUs(index)` up to the start of the next bar. */
  readonly bars: number[] = [];
  /** Requests that failed after the warm-up, by the code of their error. */
  readonly failures = new Map<string, number>();
  /** Length of the intervals of `timeline`. */
  readonly intervalMs: number;
  /** Requests answered in each interval of the window. */
  readonly timeline: number[] = [];
  #answeredCount = 0;
  readonly #window: Window;

  constructor(window: Window) {
    this.#window = window;
    const { startMs, endMs = startMs } = window;
    this.intervalMs = Math.max(intervalMsMin, Math.ceil((endMs - startMs) / intervalCountMax));
  }

  /** Requests answered within the window. */
  get answeredCount(): number {
    return this.#answeredCount;
  }

  /** `fromMs`: when the request was sent, or, in an open loop, when it was due. */
  answered(fromMs: number, nowMs: number): void {
    const { startMs, endMs } = this.#window;
    if (nowMs < startMs) return;
    const latencyUs = Math.min(latencyUsMax, Math.max(1, Math.round((nowMs - fromMs) * 1000)));
    this.histogram.recordValue(latencyUs);
    countAt(this.bars, Math.floor(Math.log2(latencyUs) * barsPerDoubling));
    if (endMs !== undefined && nowMs >= endMs) return;
    this.#answeredCount += 1;
    countAt(this.timeline, Math.floor((nowMs - startMs) / this.intervalMs));
  }

  failed(code: string, nowMs: number): void {
    if (nowMs < this.#window.startMs) return;
    this.failures.set(code, (this.failures.get(code) ?? 0) + 1);
  }
}

/** Microseconds at which a bar of the histogram begins. */
export function barStartUs(index: number): number {
  return 2 ** (index / barsPerDoubling);
}

function countAt(counts: number[], index: number): void {
  while (counts.length <= index) counts.push(0);
  counts[index] = (counts[index] ?? 0) + 1;
}
