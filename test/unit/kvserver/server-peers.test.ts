import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, ConfigError, KvServer, parseConfig } from '@paxkv/kvserver';
import { expect } from 'chai';
import { pino } from 'pino';
import { clusterSecret } from '../../process/cluster-secret.ts';
import { freePorts } from '../../process/free-ports.ts';

const logger = pino({ level: 'silent' });
/** More than the connections that a server of this test takes from clients. */
const floodCount = 40;

describe('Servers and those that are none', function () {
  this.timeout(30_000);

  let directory: string;
  let configs: Config[];
  const servers = new Map<number, KvServer>();
  const sockets: Socket[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-peers-'));
    const addresses = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
    configs = addresses.map((_, nodeId) =>
      parseConfig({
        ...{ nodeId, clusterId: 'test', addresses, clusterSecret },
        dataDirectory: join(directory, `${nodeId}`),
        http: { connectionCountMax: 16 },
      }),
    );
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await Promise.all([...servers.values()].map((server) => server.stop()));
    servers.clear();
    await rm(directory, { recursive: true });
  });

  async function start(...nodes: number[]): Promise<void> {
    await Promise.all(
      nodes.map(async (node) => {
        const config = configs[node];
        if (config === undefined) throw new Error(`there is no node ${node}`);
        servers.set(node, await KvServer.start(config, { logger }));
      }),
    );
  }

  function ready(node: number): Promise<void> {
    return servers.get(node)?.ready({ timeoutMs: 10_000 }) ?? Promise.reject(new Error('down'));
  }

  /** Keeps all connections for clients taken: each asks for something as soon as it is open, and for more then. */
  function flood(node: number): void {
    for (let count = 0; count < floodCount; count += 1) {
      const socket = connect(configs[node]?.listenPort ?? 0, '127.0.0.1', () => {
        socket.write('POST /v1/get HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n');
      });
      socket.on('error', () => {});
      sockets.push(socket);
    }
  }

  it('a server that comes back reaches others whose connections clients have all taken', async () => {
    await start(0, 1, 2);
    await Promise.all([0, 1, 2].map(ready));
    await servers.get(2)?.stop();
    flood(0);
    flood(1);
    await sleep(200);
    await start(2);
    await ready(2);
  });

  it('reports by reason what was refused at the port for servers', async () => {
    await start(0, 1, 2);
    const socket = connect(configs[0]?.peerListenPort ?? 0, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET / HTTP/1.1\r\n\r\n');
    socket.resume();
    await once(socket, 'close');
    expect(servers.get(0)?.status().peerRefusals).to.deep.equal({ 'bad frame': 1 });
  });

  it('a server with another secret is refused, and both sides say so', async () => {
    const config = configs[2];
    if (config === undefined) throw new Error('there is no node 2');
    const secrets = [Buffer.from('another secret of the same length')] as const;
    configs[2] = { ...config, peerCredentials: { secrets } };
    await start(0, 1, 2);
    const [zero, two] = [servers.get(0), servers.get(2)];
    while (zero?.status().peerRefusals?.['wrong proof'] === undefined) await sleep(10);
    const reasonAt = () => two?.status().peers[0]?.reason ?? '';
    while (!reasonAt().includes('wrong proof')) await sleep(10);
    expect(two?.status().peers.every(({ connected }) => !connected)).to.equal(true);
    two?.replaceCredentials({ clusterSecret });
    await Promise.all([0, 1, 2].map(ready));
  });

  it('refuses credentials that cannot be used, and keeps those that it has', async () => {
    await start(0, 1);
    const server = servers.get(0);
    expect(() => server?.replaceCredentials({ clusterSecret: 'short' })).to.throw(ConfigError);
    await start(2);
    await Promise.all([0, 1, 2].map(ready));
  });
});
