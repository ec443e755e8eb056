/** One Redis that flushes every write. It does not replicate: it marks what one disk allows. */
import { existsSync } from 'node:fs';
import { createClient } from '@redis/client';
import { type NodeSetup, ServerGroup } from './server-group.ts';
import type { Store, StoreClient } from './store.ts';

const redisServer = '/usr/bin/redis-server';

export class RedisStore implements Store {
  readonly name = 'Redis';
  readonly group: ServerGroup;
  readonly clients: readonly StoreClient[];
  readonly httpClients = [];

  private constructor(group: ServerGroup) {
    this.group = group;
    this.clients = [{ name: 'redis', open: () => connect(group.port(0)) }];
  }

  static isPresent(): boolean {
    return existsSync(redisServer);
  }

  static async start(): Promise<RedisStore> {
    const plan = { name: 'redis', nodeCount: 1, portsPerNode: 1, commandOf: toCommand };
    const store = new RedisStore(await ServerGroup.start(plan));
    try {
      await store.ready();
      return store;
    } catch (error) {
      await store.group.stop();
      throw error;
    }
  }

  leader(): Promise<number | undefined> {
    return Promise.resolve(0);
  }

  ready(): Promise<void> {
    return this.group.until(async () => {
      const connections = await connect(this.group.port(0));
      await connections.close();
      return true;
    });
  }
}

function toCommand(
  node: number,
  setups: readonly NodeSetup[],
): { program: string; args: string[] } {
  const settings = {
    port: setups[node]?.ports[0],
    bind: '127.0.0.1',
    dir: setups[node]?.directory,
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return { program: redisServer, args };
}

async function connect(port: number) {
  const socket = { host: '127.0.0.1', port, reconnectStrategy: false } as const;
  const client = createClient({ socket });
  client.on('error', () => undefined);
  await client.connect();
  return {
    ofLane: () => ({
      put: (key: string, value: Buffer) => client.set(key, value),
      get: async (key: string) => (await client.get(key)) !== null,
    }),
    close: () => client.close(),
  };
}
