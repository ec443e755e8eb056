/** The call of a client that begins a watch. */
import type { Calls } from '../calls.ts';
import type { Codec } from '../codec.ts';
import { readRecent, shownAt } from '../range/recent-reads.ts';
import { PolledWatch, type Watch } from './watch.ts';
import {
  checkWatchOptions,
  toWatchedRange,
  type WatchedRange,
  type WatchOptions,
} from './watch-input.ts';

const noLimit = Number.POSITIVE_INFINITY;

/** How long a server waits for a change, in milliseconds. A progress mark comes at least as often. */
const waitMsMax = 1000;

/** The calls that a watch consists of. */
export type WatchCalls = Pick<
  Calls,
  'read' | 'readAt' | 'endpoints' | 'attemptTimeoutMs' | 'retryParts'
>;

/** @throws TypeError on misuse. */
export function watch<E>(
  calls: WatchCalls,
  codec: Codec<E>,
  watched: WatchedRange,
  options: WatchOptions = {},
): Watch<E> {
  checkWatchOptions(options);
  const { after, initial, ...limits } = options;
  const { attemptTimeoutMs = noLimit, retryParts } = calls;
  const timeoutMs = limits.timeoutMs ?? retryParts.timeoutMs ?? noLimit;
  return new PolledWatch({
    range: toWatchedRange(watched, codec),
    after: after ?? (initial === true ? 'initial' : 'now'),
    // A server that waits must not look like one that hangs.
    waitMs: Math.floor(Math.min(waitMsMax, attemptTimeoutMs / 2, timeoutMs / 2)),
    signal: limits.signal,
    changes: (command) => readRecent(calls, command, limits),
    scan: async (command) => shownAt(command, await readRecent(calls, command, limits)),
    codec,
  });
}
