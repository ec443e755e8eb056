/** A paxkv cluster as a load sees it: each lane has a client, which it may share with others. */
import type { KvClient } from '@paxkv/client';
import type { Target } from './workload/traffic.ts';

export class ClientTarget {
  readonly #clients: readonly KvClient<'buffer'>[];
  readonly #targets: readonly Target[];

  constructor(clients: readonly KvClient<'buffer'>[]) {
    this.#clients = clients;
    this.#targets = clients.map(toTarget);
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

function toTarget(client: KvClient<'buffer'>): Target {
  return {
    get: async (key) => (await client.get(key)) !== undefined,
    put: (key, value) => client.put(key, value),
  };
}
