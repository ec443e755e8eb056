/** Changes that are made again when others were faster, until they succeed or their time is over. */
import { KvError } from '@paxkv/protocol';
import type { Clock, Random } from '../environment.ts';
import type { CallOptions } from '../options.ts';

/** The longest pause after an attempt, in milliseconds. It is doubled each time, up to the limit. */
const pauseMsMin = 2;
const pauseMsMax = 100;

/** A call has at least this long, in milliseconds, since no time-out may be 0. */
const leftMsMin = 1;

export interface RetryParts {
  readonly clock: Clock;
  readonly random: Random;
  /** The time that a call may take; `undefined` for no limit. */
  readonly timeoutMs: number | undefined;
}

/**
 * Calls `attempt` until it resolves with `done`. `limits` returns the options of a call that it makes now: with the time
 * that is left.
 *
 * @throws KvError `KV_CONFLICT`, *not done*, when the time is over; what `attempt` throws.
 */
export async function untilDone<T>(
  { clock, random, timeoutMs: timeoutMsDefault }: RetryParts,
  options: CallOptions,
  attempt: (limits: () => CallOptions) => Promise<{ readonly done: T } | undefined>,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? timeoutMsDefault ?? Number.POSITIVE_INFINITY;
  const dueMs = clock.now() + timeoutMs;
  const limits = () => ({ ...options, timeoutMs: Math.max(leftMsMin, dueMs - clock.now()) });
  for (let count = 1; ; count += 1) {
    if (clock.now() >= dueMs) {
      const message = `others changed what it had read, ${count - 1} times within ${timeoutMs} ms`;
      throw new KvError('KV_CONFLICT', `nothing was written: ${message}`);
    }
    const result = await attempt(limits);
    if (result !== undefined) return result.done;
    const pauseMs = random.next() * Math.min(pauseMsMax, pauseMsMin * 2 ** count);
    await new Promise<void>((resolve) => clock.at(clock.now() + pauseMs, resolve));
  }
}
