/** Limits of the scrub: how fast and how often a server verifies what it stores. */
import { z } from 'zod';
import { positiveCount } from './http-limits.ts';

/** Each limit is a whole number from 1 to 2³¹ − 1. */
export interface ScrubLimits {
  /** Most rows of the state that are verified in a second. Default 20,000. */
  readonly rowsPerSecond: number;
  /** Most bytes of the state that are read for it in a second. Default 32 MiB. */
  readonly bytesPerSecond: number;
  /** Time from the verification of all tables to the first pass over all rows, in milliseconds. Default 10 seconds. */
  readonly firstDelayMs: number;
  /** Time from the end of one pass to the beginning of the next, in milliseconds. Default 6 hours. */
  readonly intervalMs: number;
}

export const scrubLimitsSchema: z.ZodType<ScrubLimits> = z.strictObject({
  rowsPerSecond: positiveCount().default(20_000),
  bytesPerSecond: positiveCount().default(32 * 1024 * 1024),
  firstDelayMs: positiveCount().default(10_000),
  intervalMs: positiveCount().default(6 * 60 * 60 * 1000),
});

export const scrubLimitsDefault: ScrubLimits = scrubLimitsSchema.parse({});
