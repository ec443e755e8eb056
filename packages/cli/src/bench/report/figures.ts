/** The result of a load as plain numbers, which `--json` prints and the reports show. */
import type { Histogram } from 'hdr-histogram-js';
import type { LoadResult } from '../load/load.ts';
import { barStartUs } from '../load/recorder.ts';

export interface Latencies {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p99_9: number;
  readonly max: number;
  readonly mean: number;
}

/** How many requests took from `fromMs` up to `toMs`. */
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface Figures {
  readonly answered: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** Failed requests, by the code of their error. */
  readonly failures: Readonly<Record<string, number>>;
  /** Requests of an open loop that were due before the end but were never sent. */
  readonly unsent: number;
  /** `null` if no request was answered. */
  readonly latencyMs: Latencies | null;
  readonly histogram: readonly Bar[];
  readonly rateOverTime: { readonly intervalMs: number; readonly perSecond: readonly number[] };
}

export function toFigures(result: LoadResult): Figures {
  const { histogram, answeredCount, elapsedMs, intervalMs, timeline } = result;
  return {
    answered: answeredCount,
    seconds: Math.round(elapsedMs) / 1000,
    perSecond: elapsedMs === 0 ? 0 : (answeredCount * 1000) / elapsedMs,
    failures: Object.fromEntries(result.failures),
    unsent: result.unsentCount,
    latencyMs: histogram.totalCount === 0 ? null : toLatencies(histogram),
    histogram: toBars(result.bars),
    rateOverTime: {
      intervalMs,
      perSecond: wholeIntervals(timeline, elapsedMs / intervalMs).map(
        (count) => (count * 1000) / intervalMs,
      ),
    },
  };
}

/** Milliseconds from a histogram of microseconds. All are 0 if the histogram is empty. */
export function toLatencies(histogram: Histogram): Latencies {
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile) / 1000;
  const mean = histogram.totalCount === 0 ? 0 : histogram.mean / 1000;
  return { p50: at(50), p90: at(90), p99: at(99), p99_9: at(99.9), max: at(100), mean };
}

/** Leaves out empty bars at the start; the last bar is never empty. */
function toBars(counts: readonly number[]): Bar[] {
  const bars = counts.map((count, index) => ({
    fromMs: toThreeDigits(barStartUs(index) / 1000),
    toMs: toThreeDigits(barStartUs(index + 1) / 1000),
    count,
  }));
  return bars.slice(counts.findIndex((count) => count > 0));
}

function toThreeDigits(ms: number): number {
  return Number(ms.toPrecision(3));
}

/** Leaves out a last interval that was cut short, which would look like a drop in the rate. */
function wholeIntervals(timeline: readonly number[], count: number): readonly number[] {
  const whole = Math.max(1, Math.floor(count + 1e-6));
  return Array.from({ length: whole }, (_, index) => timeline[index] ?? 0);
}
