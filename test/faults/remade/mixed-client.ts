/**
 * A client that was given the endpoints of two clusters. It uses the one that it meets first. Once it meets the other
 * one it is refused for good, since nobody knows which of them is meant.
 */
import { KvClient, KvError } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import { nameKey, type Place } from './place.ts';
import { type Opened, RenewedClient, timeouts } from './renewed-client.ts';

export interface MixedPlan {
  readonly random: SeededRandom;
  /** The present incarnation of each cluster. */
  readonly places: () => readonly Place[];
}

/** Starts at once. */
export function startMixedClient(plan: MixedPlan): RenewedClient {
  return new RenewedClient({
    name: 'a client of two clusters',
    random: plan.random,
    beatMs: 30,
    open: () => open(plan),
    judge: () => [],
  });
}

function open({ random, places }: MixedPlan): Opened {
  const present = places();
  const endpoints = random.shuffle(present.flatMap((place) => place.endpoints));
  const transport = random.pick(['stream', 'http'] as const);
  const client = new KvClient({ endpoints, transport, ...timeouts });
  return {
    client,
    meet: async () => {
      try {
        const name = await client.get(nameKey);
        // A cluster that was restored has the name of the former one until it is given its own.
        return present.find((place) => place.name === name && !place.hasEnded);
      } catch (error) {
        if (error instanceof KvError && error.code !== 'KV_WRONG_CLUSTER') return undefined;
        throw error;
      }
    },
  };
}
