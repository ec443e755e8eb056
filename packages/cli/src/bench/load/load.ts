/** The description of a load, and its result. */
import type { Clock } from '@paxkv/client';
import type { Histogram } from 'hdr-histogram-js';

export interface Load {
  /**
   * Sends one request on a lane and resolves once it is answered. Lanes are numbered from 0 to below
   * `inFlight`. A lane has at most one request in progress.
   */
  readonly send: (lane: number) => Promise<unknown>;
  readonly inFlight: number;
  /**
   * The rate of an open loop: this many requests are due each second, however slow the answers are. A
   * request that finds every lane busy waits, and its latency includes the wait. If absent, the loop is
   * closed: each lane sends its next request when it has the answer to the last one.
   */
  readonly perSecond?: number;
  /** Time before the measurement. Default 0. */
  readonly warmUpMs?: number;
  /** Length of the measurement. Default: until `requestCount` requests are sent. */
  readonly durationMs?: number;
  readonly requestCount?: number;
  /** Ends the load early, with what was measured so far as its result. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
}

export interface LoadResult {
  /** Microseconds of each request answered after the warm-up, even after the end of the measurement. */
  readonly histogram: Histogram;
  /** How many of those requests fall into each bar; see `barStartUs`. */
  readonly bars: readonly number[];
  /** Requests answered during the measurement. */
  readonly answeredCount: number;
  /** Length of the measurement. */
  readonly elapsedMs: number;
  /** Requests of an open loop that were due before the end but were never sent. */
  readonly unsentCount: number;
  /** Requests that failed after the warm-up, by the code of their error. */
  readonly failures: ReadonlyMap<string, number>;
  /** Requests answered in each interval of the measurement. */
  readonly timeline: readonly number[];
  readonly intervalMs: number;
  /** Requests answered on each lane, the warm-up included. */
  readonly laneCounts: readonly number[];
}

/** The code under which a failure is counted: that of the error, or its name if it has no code. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
