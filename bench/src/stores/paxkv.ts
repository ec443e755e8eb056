/** Three or five paxkv nodes as `paxkv serve` runs them, with default settings. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KvClient, type StatusReply } from '@paxkv/client';
import { ClientTarget } from 'paxkv/internal/bench/client-target';
import { bundledProgram } from 'paxkv/internal/build/bundle-files';
import { type HttpDialect, httpClient } from './http-client.ts';
import { type NodeSetup, ServerGroup } from './server-group.ts';
import { leaderAddresses, type Store, type StoreClient } from './store.ts';

const paxkv = bundledProgram();

export interface PaxkvOptions {
  readonly nodeCount: number;
  /** Directory for the CPU profile of each node, written when it stops; `undefined` for none. */
  readonly profileDirectory?: string | undefined;
  /** How the nodes prove themselves to each other. Default: `secret`, as in clusters on one machine. */
  readonly peerProof?: PeerProof;
}

export const peerProofs = ['nothing', 'secret', 'secret and TLS'] as const;
export type PeerProof = (typeof peerProofs)[number];

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

const clusterName = 'bench';
const secretName = 'cluster-secret';
const certificatesName = 'certificates';

/** A node that lags by at most this number of instances counts as caught up, because the load continues. */
const appliedBehindMax = 100;

function toCommand(
  node: number,
  setups: readonly NodeSetup[],
  { profileDirectory, peerProof = 'secret' }: PaxkvOptions,
): { program: string; args: readonly string[] } {
  const addresses = setups.map(({ ports }) => `127.0.0.1:${ports[0]}`);
  const profileFlags =
    profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
  const peerAddresses = setups.map(({ ports }) => `127.0.0.1:${ports[1]}`);
  const flags = ['--node', `${node}`, '--peers', addresses.join(','), '--cluster', clusterName];
  const directory = setups[0]?.directory ?? '';
  if (node === 0) writeProofs(directory);
  const proof = proofFlags(directory, node, peerProof);
  flags.push('--peer-addresses', peerAddresses.join(','), ...proof);
  const data = `${setups[node]?.directory}/data`;
  const args = [...profileFlags, paxkv, 'serve', ...flags, '--data', data, '--log-level', 'error'];
  return { program: process.execPath, args };
}

/** The secret and the certificates of the cluster. */
function writeProofs(directory: string): void {
  const secret = `${randomBytes(32).toString('hex')}\n`;
  writeFileSync(join(directory, secretName), secret, { mode: 0o600 });
  const made = ['certs', join(directory, certificatesName), '--cluster', clusterName];
  execFileSync(process.execPath, [paxkv, ...made], { stdio: 'ignore' });
}

function proofFlags(directory: string, node: number, proof: PeerProof): readonly string[] {
  if (proof === 'nothing') return ['--insecure'];
  const secretFlags = ['--cluster-secret-file', join(directory, secretName)];
  if (proof === 'secret') return secretFlags;
  const file = (name: string) => join(directory, certificatesName, name);
  const own = [
    '--peer-key-file',
    file(`member-${node}-key.pem`),
    '--peer-cert-file',
    file(`member-${node}.pem`),
  ];
  return [...secretFlags, ...own, '--peer-ca-file', file('ca.pem')];
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
