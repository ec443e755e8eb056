/** What a load is, and what comes of it. */
import type { Clock } from '@paxkv/client';
import type { Histogram } from 'hdr-histogram-js';

export interface Load {
  /**
   * Sends one request on a lane, from 0 up to `inFlight`, and resolves when it is answered. A lane has
   * one request under way at most.
   */
  readonly send: (lane: number) => Promise<unknown>;
  readonly inFlight: number;
  /**
   * Open loop: so many a second are due, however slow the answers; what finds every lane taken waits,
   * and its wait counts. Default: closed loop, each lane sends when it has its answer.
   */
  readonly perSecond?: number;
  /** Before anything counts. Default 0. */
  readonly warmUpMs?: number;
  /** How long it counts; default: until `requestCount` are sent. */
  readonly durationMs?: number;
  readonly requestCount?: number;
  /** Ends the load early; what came of it so far is the result. */
  readonly signal?: AbortSignal;
  readonly clock: Clock;
}

export interface LoadResult {
  /** Microseconds of each request answered after the warm-up, also of those answered after the end. */
  readonly histogram: Histogram;
  /** How many of those there are in each bar; see `barStartUs`. */
  readonly bars: readonly number[];
  /** Requests answered between warm-up and end, and the milliseconds between. */
  readonly answeredCount: number;
  readonly elapsedMs: number;
  /** Requests of an open loop that were due before the end and could not even be sent. */
  readonly unsentCount: number;
  /** Requests that failed after the warm-up, by the code of their error. */
  readonly failures: ReadonlyMap<string, number>;
  /** How many were answered in each interval between warm-up and end. */
  readonly timeline: readonly number[];
  readonly intervalMs: number;
  /** Requests that each lane had answered, the warm-up included. */
  readonly laneCounts: readonly number[];
}

/** By which failures are counted: the error's own code, as strings or numbers, or else its name. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}
