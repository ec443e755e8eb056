/** Three or five etcd nodes as packaged by Debian, with default settings. */
import { existsSync } from 'node:fs';
import { Etcd3 } from 'etcd3';
import { type HttpDialect, httpClient } from './http-client.ts';
import { HttpConnection } from './http-connection.ts';
import { type NodeSetup, ServerGroup } from './server-group.ts';
import { leaderAddresses, type Store, type StoreClient, type Use } from './store.ts';

const etcd = '/usr/bin/etcd';
/** Large values fill the default quota of 2 GiB. */
const quotaBytes = 8 * 1024 ** 3;

const dialect: HttpDialect = {
  putPath: '/v3/kv/put',
  getPath: '/v3/kv/range',
  putBody: (key, value) => `{"key":"${key}","value":"${value}"}`,
  getBody: (key) => `{"key":"${key}"}`,
  isFound: (answer) => answer.includes('"count":"1"'),
};

export class EtcdStore implements Store {
  readonly name = 'etcd';
  readonly group: ServerGroup;
  readonly clients: readonly StoreClient[];
  readonly httpClients: readonly StoreClient[];

  private constructor(group: ServerGroup) {
    this.group = group;
    const atLeader = () => leaderAddresses(this);
    const atAll = async () => group.addresses;
    this.httpClients = [
      httpClient('JSON gateway at the leader', atLeader, dialect),
      httpClient('JSON gateway at all nodes', atAll, dialect),
    ];
    const addressesOf = (use: Use) => (use === 'puts' ? atLeader() : atAll());
    this.clients = [httpClient('JSON gateway', addressesOf, dialect), grpcClient(group.addresses)];
  }

  static isPresent(): boolean {
    return existsSync(etcd);
  }

  static async start(nodeCount: number): Promise<EtcdStore> {
    const plan = { name: 'etcd', nodeCount, portsPerNode: 2, commandOf: toCommand };
    const store = new EtcdStore(await ServerGroup.start(plan));
    try {
      await store.ready();
      return store;
    } catch (error) {
      await store.group.stop();
      throw error;
    }
  }

  async leader(): Promise<number | undefined> {
    for (const [node, address] of this.group.addresses.entries()) {
      const { header, leader } = await statusOf(address).catch(() => unknownStatus);
      if (leader !== '0' && leader === header.member_id) return node;
    }
    return undefined;
  }

  ready(): Promise<void> {
    return this.group.until(async () => {
      const statuses = await Promise.all(this.group.addresses.map(statusOf));
      const indexMax = Math.max(...statuses.map(({ raftIndex }) => Number(raftIndex)));
      return statuses.every(
        ({ leader, raftIndex }) => leader !== '0' && Number(raftIndex) >= indexMax - indexBehindMax,
      );
    });
  }
}

/** A node that lags by at most this number of entries counts as caught up, because the load continues. */
const indexBehindMax = 100;

interface EtcdStatus {
  readonly header: { readonly member_id: string };
  readonly leader: string;
  readonly raftIndex: string;
}

const unknownStatus: EtcdStatus = { header: { member_id: '' }, leader: '0', raftIndex: '0' };

/** The answer leaves out fields that are zero. */
async function statusOf(address: string): Promise<EtcdStatus> {
  const connection = await HttpConnection.open(address);
  try {
    const { body } = await connection.post('/v3/maintenance/status', '{}');
    const parsed: Partial<EtcdStatus> = JSON.parse(body.toString());
    return { ...unknownStatus, ...parsed };
  } finally {
    connection.close();
  }
}

function toCommand(
  node: number,
  setups: readonly NodeSetup[],
): { program: string; args: string[] } {
  const clientUrl = `http://127.0.0.1:${setups[node]?.ports[0]}`;
  const peerUrlOf = ({ ports }: NodeSetup) => `http://127.0.0.1:${ports[1]}`;
  const peerUrl = setups.map(peerUrlOf)[node] ?? '';
  const cluster = setups.map((setup, id) => `node${id}=${peerUrlOf(setup)}`).join(',');
  const flags = {
    name: `node${node}`,
    'data-dir': `${setups[node]?.directory}/data`,
    'listen-client-urls': clientUrl,
    'advertise-client-urls': clientUrl,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': cluster,
    'initial-cluster-state': 'new',
    'quota-backend-bytes': quotaBytes,
    logger: 'zap',
    'log-level': 'error',
  };
  return {
    program: etcd,
    args: Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
  };
}

function grpcClient(addresses: readonly string[]): StoreClient {
  return {
    name: 'etcd3',
    async open() {
      const client = new Etcd3({ hosts: addresses.map((address) => `http://${address}`) });
      return {
        ofLane: () => ({
          put: (key, value) => client.put(key).value(value).exec(),
          get: async (key) => (await client.get(key).buffer()) !== null,
        }),
        close: async () => client.close(),
      };
    },
  };
}
