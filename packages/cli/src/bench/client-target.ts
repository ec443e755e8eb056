/** A paxkv cluster under load. Each lane uses one client; several lanes may share a client. */
import type { Consistency, KvClient, Writable, WriteResult } from '@paxkv/client';
import type { Target } from './workload/traffic.ts';

/** The part of a client that a load needs. */
export interface LoadClient extends Pick<KvClient<'buffer'>, 'get' | 'close'> {
  put(key: Writable, value: Writable): Promise<WriteResult<'put'>>;
}

export class ClientTarget {
  readonly #clients: readonly LoadClient[];
  readonly #targets: readonly Target[];

  /** `consistency` applies to gets. */
  constructor(clients: readonly LoadClient[], consistency: Consistency = 'linearizable') {
    this.#clients = clients;
    this.#targets = clients.map((client) => toTarget(client, consistency));
  }

  ofLane(lane: number): Target {
    const target = this.#targets[lane % this.#targets.length];
    if (target === undefined) throw new RangeError('a load needs at least one client');
    return target;
  }

  /** Closes all clients, after the requests in progress. */
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
