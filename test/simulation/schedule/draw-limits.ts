/**
 * Draws the limits of the servers of one schedule. With the defaults no run of a minute fills a queue, a cache or a
 * message; with small ones every run crosses limits all the time.
 */
import type { Limits } from '@paxkv/kvserver/internal/config/settings';
import {
  type SessionLimits,
  sessionLimits,
} from '@paxkv/kvserver/internal/state-machine/sessions/sessions';
import type { MessageLimits } from '@paxkv/paxos';
import type { SeededRandom } from '@paxkv/simulator';

export interface DrawnLimits {
  /** Those of every server that differ from the defaults. */
  readonly server: Partial<Limits>;
  /** The same on every server, as sessions are part of the log. */
  readonly sessions: SessionLimits;
  /** How many writes of its own session each server has outstanding at most. Absent for the default. */
  readonly ownSessionWindowMax?: number;
  /** How much one message carries, by server: peers may differ. */
  readonly messages: readonly Partial<MessageLimits>[];
}

/** Each limit is small in this share of the runs that have small limits. */
const smallChance = 0.5;

export function defaultLimits(nodeCount: number): DrawnLimits {
  const messages = Array.from({ length: nodeCount }, () => ({}));
  return { server: {}, sessions: sessionLimits, messages };
}

/** `clientCount`: how many clients have sessions at the same time, which must not evict each other for good. */
export function drawLimits(
  random: SeededRandom,
  { nodeCount, clientCount }: { readonly nodeCount: number; readonly clientCount: number },
): DrawnLimits {
  const some = <L extends object>(draws: { readonly [N in keyof L]: () => number }): Partial<L> =>
    Object.fromEntries(
      Object.entries<() => number>(draws)
        .filter(() => random.chance(smallChance))
        .map(([name, draw]) => [name, draw()]),
    ) as Partial<L>;
  const upTo = (highest: number) => () => random.integer(1, highest);
  const sessionCount = 2 * (nodeCount + clientCount);
  return {
    server: some<Partial<Limits>>({
      requestTimeoutMs: () => random.integer(500, 5_000),
      pendingRequestCountMax: () => random.integer(2, 12),
      pendingBytesMax: () => random.integer(300, 3_000),
      batchRequestCountMax: upTo(3),
      batchBytesMax: upTo(200),
      inFlightInstanceCountMax: upTo(2),
      undurableBytesMax: () => random.integer(200, 4_000),
      cachedBytesMax: upTo(1_000),
      recentChangesBytesMax: () => random.integer(300, 10_000),
    }),
    sessions: {
      ...sessionLimits,
      ...some<Partial<SessionLimits>>({
        sessionCountMax: () => random.integer(sessionCount, 2 * sessionCount),
        cachedReplyBytesMax: () => random.integer(2_000, 20_000),
        sessionReplyBytesMax: () => random.integer(200, 2_000),
      }),
    },
    ...(random.chance(smallChance) && { ownSessionWindowMax: random.integer(1, 4) }),
    messages: Array.from({ length: nodeCount }, () =>
      some<MessageLimits>({
        voteCountMax: upTo(2),
        outcomeCountMax: upTo(2),
        learnCountMax: upTo(3),
      }),
    ),
  };
}
