/**
 * A client that lives on when its cluster is made anew. It must get `KV_WRONG_CLUSTER` before anything is sent to the
 * new one.
 */
import { KvClient, type KvClientOptions } from '@paxkv/client';
import type { SeededRandom } from '@paxkv/simulator';
import type { Place } from './place.ts';
import { type Opened, RenewedClient, timeouts } from './renewed-client.ts';

export interface LastingPlan {
  readonly transport: NonNullable<KvClientOptions<'utf8'>['transport']>;
  readonly random: SeededRandom;
  /** The present incarnation of the cluster. */
  readonly place: () => Place;
}

/** Starts at once. */
export function startLastingClient(plan: LastingPlan): RenewedClient {
  return new RenewedClient({
    name: `a client of ${plan.transport}`,
    random: plan.random,
    beatMs: 15,
    open: () => open(plan),
    judge: ({ name, hasEnded }, refusal) =>
      hasEnded ? [] : [`${name} refused its own client: ${refusal}`],
  });
}

function open({ transport, place: current }: LastingPlan): Opened {
  const place = current();
  const client = new KvClient({ endpoints: place.endpoints, transport, ...timeouts });
  return {
    client,
    // A server has answered, all of it during this incarnation.
    meet: async () => {
      const hasAnswered = await client.get('place').then(
        () => true,
        () => false,
      );
      return hasAnswered && !place.hasEnded && current() === place ? place : undefined;
    },
  };
}
