/** A paxkv cluster as a load sees it: each lane has a client, which it may share with others. */
import type { Consistency, KvClient } from '@paxkv/client';
import type { Target } from './workload/traffic.ts';

/** What a load needs of a client. */
export type LoadClient = Pick<KvClient<'buffer'>, 'get' | 'put' | 'close'>;

export class ClientTarget {
  readonly #clients: readonly LoadClient[];
  readonly #targets: readonly Target[];

  /** `consistency` is that of gets. */
  constructor(clients: readonly LoadClient[], consistency: Consistency = 'linearizable') {
    this.#clients = clients;
    this.#targets = clients.map((client) => toTarget(client, consistency));
  }

  ofLane(lane: number): Target {
    const target = this.#targets[lane % this.#targets.length];
    if (target === undefined) throw new RangeError('there is no client');
    return target;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }
}

function toTarget(client: LoadClient, consistency: Consistency): Target {
  return {
    get: async (key) => (await client.get(key, { consistency })) !== undefined,
    put: (key, value) => client.put(key, value),
  };
}
