/** Three or five paxkv nodes as `paxkv serve` runs them, with default settings. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KvClient, type StatusReply } from '@paxkv/client';
import { ClientTarget } from 'paxkv/internal/bench/client-target';
import { type HttpDialect, httpClient } from './http-client.ts';
import { type NodeSetup, ServerGroup } from './server-group.ts';
import { leaderAddresses, type Store, type StoreClient } from './store.ts';

const paxkv = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

export interface PaxkvOptions {
  readonly nodeCount: number;
  /** Directory for the CPU profile of each node, written when it stops; `undefined` for none. */
  readonly profileDirectory?: string | undefined;
}

const dialect: HttpDialect = {
  putPath: '/v1/put',
  getPath: '/v1/get',
  putBody: (key, value) => `{"key":"${key}","value":"${value}"}`,
  getBody: (key) => `{"key":"${key}"}`,
  isFound: (answer) => answer.includes('"found":true'),
};

export class PaxkvStore implements Store {
  readonly name = 'paxkv';
  readonly group: ServerGroup;
  readonly clients: readonly StoreClient[];
  readonly httpClients: readonly StoreClient[];

  private constructor(group: ServerGroup) {
    this.group = group;
    this.clients = [sdkClient(group.addresses)];
    this.httpClients = [
      httpClient('HTTP at the leader', () => leaderAddresses(this), dialect),
      httpClient('HTTP at all nodes', async () => group.addresses, dialect),
    ];
  }

  static async start(options: PaxkvOptions): Promise<PaxkvStore> {
    const { nodeCount } = options;
    const commandOf = (node: number, setups: readonly NodeSetup[]) =>
      toCommand(node, setups, options);
    const plan = { name: 'paxkv', nodeCount, portsPerNode: 2, commandOf };
    const store = new PaxkvStore(await ServerGroup.start(plan));
    try {
      await store.ready();
      return store;
    } catch (error) {
      await store.group.stop();
      throw error;
    }
  }

  /** The status that each node reports, by node id. */
  async statuses(): Promise<readonly StatusReply[]> {
    const { addresses } = this.group;
    await using client = new KvClient({ endpoints: addresses });
    return await Promise.all(
      addresses.map((address) => client.status(address, { timeoutMs: 2000 })),
    );
  }

  async leader(): Promise<number | undefined> {
    const leaders = (await this.statuses()).map(({ leader }) => leader);
    return leaders.find((leader) => leader !== null);
  }

  ready(): Promise<void> {
    return this.group.until(async () => {
      const statuses = await this.statuses();
      const appliedMax = Math.max(...statuses.map(({ applied }) => applied));
      return statuses.every(
        ({ state, peers, applied }) =>
          state === 'running' &&
          peers.every(({ connected }) => connected) &&
          applied >= appliedMax - appliedBehindMax,
      );
    });
  }
}

/** A node that lags by at most this number of instances counts as caught up, because the load continues. */
const appliedBehindMax = 100;

function toCommand(
  node: number,
  setups: readonly NodeSetup[],
  { profileDirectory }: PaxkvOptions,
): { program: string; args: readonly string[] } {
  const addresses = setups.map(({ ports }) => `127.0.0.1:${ports[0]}`);
  const profileFlags =
    profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const peerAddresses = setups.map(({ ports }) => `127.0.0.1:${ports[1]}`);
  const flags = ['--node', `${node}`, '--peers', addresses.join(','), '--cluster', 'bench'];
  const secretFile = `${setups[0]?.directory}/cluster-secret`;
  if (node === 0)
    writeFileSync(secretFile, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
  flags.push('--peer-addresses', peerAddresses.join(','), '--cluster-secret-file', secretFile);
  const data = `${setups[node]?.directory}/data`;
  const args = [...profileFlags, paxkv, 'serve', ...flags, '--data', data, '--log-level', 'error'];
  return { program: process.execPath, args };
}

/** Puts come from one client, which finds the leader itself; gets come from one client per node. */
function sdkClient(addresses: readonly string[]): StoreClient {
  return {
    name: 'SDK',
    async open(use, laneCount) {
      const endpointLists = use === 'puts' ? clientsFor(laneCount, addresses) : addresses;
      const clients = endpointLists.map(
        (endpoints) => new KvClient({ endpoints, encoding: 'buffer', timeoutMs: 30_000 }),
      );
      return new ClientTarget(clients);
    },
  };
}

/** Maximum number of requests in flight per session. */
const lanesPerClientMax = 512;

function clientsFor(laneCount: number, addresses: readonly string[]): (readonly string[])[] {
  return Array.from({ length: Math.ceil(laneCount / lanesPerClientMax) }, () => addresses);
}
