import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { type Config, DiskError, KvServer, parseConfig } from '@paxkv/kvserver';
import { type Command, type Request, statusSchema } from '@paxkv/protocol';
import { expect } from 'chai';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { clusterSecret } from '../../process/cluster-secret.ts';
import { StreamClient } from './api/stream/stream-under-test.ts';

const logger = pino({ level: 'silent' });

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : expect.fail('no port');
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function toText({ host, port }: { host: string; port: number }): string {
  return `${host}:${port}`;
}

/** The leader according to the latest of these notices. */
function leaderIn(notices: readonly unknown[][]): number | null {
  const latest = notices.findLast(([type]) => type === 'leader');
  if (latest !== undefined) return latest[1] as number | null;
  return (notices[0]?.[1] as { leader: number | null } | undefined)?.leader ?? null;
}

/** All byte arrays in a reply. */
function bytesIn(found: unknown): Uint8Array[] {
  if (found instanceof Uint8Array) return [found];
  if (typeof found !== 'object' || found === null) return [];
  return Object.values(found).flatMap(bytesIn);
}

describe('KvServer', () => {
  let directory: string;
  let configs: Config[];
  let running: KvServer[];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-server-'));
    const addresses = (await freePorts(3)).map((port) => `127.0.0.1:${port}`);
    configs = addresses.map((_, nodeId) =>
      parseConfig({
        nodeId,
        clusterId: 'test',
        addresses,
        clusterSecret,
        logLevel: 'silent',
        dataDirectory: join(directory, `node-${nodeId}`),
        limits: { requestTimeoutMs: 1000 },
      }),
    );
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map((server) => server.stop()));
    await rm(directory, { recursive: true });
  });

  async function start(node: number): Promise<KvServer> {
    const config = configs[node];
    if (config === undefined) return expect.fail(`no node ${node}`);
    const server = await KvServer.start(config, { logger });
    running.push(server);
    return server;
  }

  async function untilRunning(server: KvServer): Promise<void> {
    while (server.status().state !== 'running') await sleep(5);
  }

  function urlOf({ address: { host, port } }: KvServer, path = ''): string {
    return `http://${host}:${port}${path}`;
  }

  it('keeps written data when every node stops', async () => {
    const servers = await Promise.all([start(0), start(1), start(2)]);
    const endpoints = servers.map((server) => urlOf(server));
    await using client = new KvClient({ endpoints });
    await client.put('k', 'v');
    await client.append('k', 'w');
    // The client needs only a quorum; the third node may not have been admitted yet.
    for (const server of servers) await untilRunning(server);
    for (const server of servers) await server.stop();
    expect(await servers[0].stopped).to.equal(undefined);
    await Promise.all([start(0), start(2)]);
    expect(await client.get('k')).to.equal('vw');
  });

  it('is ready once a majority has confirmed a read, and not before', async () => {
    const first = await start(0);
    const early = await first.ready({ timeoutMs: 50 }).catch((error: unknown) => error);
    expect(early).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
    await Promise.all([start(1), start(2)]);
    await first.ready({ timeoutMs: 10_000 });
    await using client = new KvClient({ server: first });
    await client.put('k', 'v');
    expect(await client.get('k')).to.equal('v');
    await first.stop();
    const late = await first.ready().catch((error: unknown) => error);
    expect(late).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
  });

  it('refuses a malformed request of its host program, as not done', async () => {
    const [server] = await Promise.all([start(0), start(1), start(2)]);
    await server.ready();
    const command = { type: 'put', key: new Uint8Array(), value: new Uint8Array() } as const;
    const error = await server.submit({ command }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_BAD_REQUEST', outcome: 'not done' });
    await using client = new KvClient({ server });
    await client.put('k', 'v');
  });

  it('gives its host program bytes of its own: to change them changes no later reply', async () => {
    const [server] = await Promise.all([start(0), start(1), start(2)]);
    await server.ready();
    const [small, large] = [Buffer.from('a'), Buffer.from('b')];
    await server.submit({ command: { type: 'put', key: small, value: Buffer.from('v') } });
    await server.submit({
      command: { type: 'put', key: large, value: Buffer.alloc(65 * 1024, 'v') },
    });
    const opened = await server.submit({ command: { type: 'openSession', client: 'c' } });
    if (opened.type !== 'openSession') expect.fail(opened.type);
    const stamp = { session: opened.session, number: 1, firstOutstanding: 1 };
    const all = { prefix: new Uint8Array(), from: small, to: Buffer.from('c') };
    const transaction: Command = {
      type: 'transact',
      if: [],
      then: [{ type: 'get', key: small }],
      else: [],
    };
    const requests: Request[] = [
      { command: { type: 'get', key: small } },
      { command: { type: 'get', key: large } },
      {
        command: { ...all, type: 'scan', limit: 9, reverse: false, keysOnly: false, asOf: 'now' },
      },
      { command: { ...all, type: 'changes', after: 0, waitMs: 0 } },
      // A session keeps the reply, and gives it again.
      { command: transaction, stamp },
    ];
    for (const request of requests) {
      const first = await server.submit(request);
      const before = structuredClone(first);
      const bytes = bytesIn(first);
      expect(bytes).not.to.have.lengthOf(0);
      for (const each of bytes) each.fill(7);
      const again = structuredClone(await server.submit(request));
      expect(again, request.command.type).to.deep.equal(before);
    }
  });

  it('reports its status', async () => {
    const servers = await Promise.all([start(0), start(1), start(2)]);
    await using client = new KvClient({ endpoints: [urlOf(servers[1])] });
    await client.put('k', 'v');
    const reply = await fetch(urlOf(servers[1], '/status'));
    const status = servers[1].status();
    const { residentBytes, uptimeMs, min, leader } = status;
    const answer = statusSchema.parse(await reply.json());
    expect(answer).to.have.all.keys(Object.keys(status));
    // Everything else may change at any moment.
    const { node, cluster, state, revision, version, peers } = status;
    expect(answer).to.deep.include({ node, cluster, state, revision, version, peers });
    expect(min).to.be.at.least(0);
    expect(leader).to.be.oneOf([null, 0, 1, 2]);
    expect(residentBytes).to.be.above(1_000_000);
    expect(uptimeMs).to.be.above(0);
    expect(status).to.include({ node: 1, cluster: 'test', state: 'running', pending: 0 });
    expect(status).to.include({ revision: 1 });
    expect(status.applied).to.be.at.least(0);
    expect(status.version).to.match(/^\d+\.\d+\.\d+/);
    expect(status.peers.map(({ node }) => node)).to.deep.equal([0, 2]);
  });

  it('waits in a minority, and ends with outcome unknown', async () => {
    const [server, ...others] = await Promise.all([start(0), start(1), start(2)]);
    await using client = new KvClient({ endpoints: [urlOf(server)] });
    await client.put('k', 'v');
    const put = () => fetch(urlOf(server, '/v1/kv/k'), { method: 'PUT', body: 'v' });
    expect((await put()).status).to.equal(200);
    for (const other of others) await other.stop();
    const reply = await put();
    expect(reply.status).to.equal(504);
    expect(await reply.json())
      .to.have.property('error')
      .that.includes({ code: 'KV_TIMEOUT', outcome: 'unknown' });
    expect((await fetch(urlOf(server, '/readyz'))).status).to.equal(503);
    const get = await fetch(urlOf(server, '/v1/kv/k'));
    expect(get.status).to.equal(504);
    expect(await get.json())
      .to.have.property('error')
      .that.includes({ code: 'KV_TIMEOUT', outcome: 'not done' });
  });

  it('refuses all requests, as not done, before the nodes of a new cluster have met', async () => {
    const server = await start(0);
    await start(1);
    expect(server.status()).to.include({ state: 'starting', applied: -1 });
    expect(server.status().reason).to.match(/waiting to meet nodes? .*2/);
    expect((await fetch(urlOf(server, '/readyz'))).status).to.equal(503);
    const reply = await fetch(urlOf(server, '/v1/kv/k'));
    expect(await reply.json())
      .to.have.property('error')
      .that.includes({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    await start(2);
    await using client = new KvClient({ endpoints: [urlOf(server)] });
    await client.put('k', 'v');
  });

  it('does not start with the data of another node, and leaves the port free', async () => {
    await (await start(0)).stop();
    const config = configs[1];
    if (config === undefined) return expect.fail('no node 1');
    const dataDirectory = join(directory, 'node-0');
    const refusal = await KvServer.start({ ...config, dataDirectory }, { logger }).catch(
      (error: unknown) => error,
    );
    expect(refusal).to.be.instanceOf(DiskError).and.include({ code: 'DISK_WRONG_NODE' });
    await start(1);
  });

  it('does not start on a port in use', async () => {
    await start(0);
    const refusal = await start(0).catch((error: unknown) => error);
    expect(refusal).to.include({ code: 'EADDRINUSE' });
  });

  it('stops once, however often stop is called', async () => {
    const server = await start(0);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(server.status().state).to.equal('stopping');
    expect(await server.stopped).to.equal(undefined);
  });

  it('serves streams, and sends goodbye before it stops', async () => {
    const [server] = await Promise.all([start(0), start(1), start(2)]);
    await using client = new KvClient({ endpoints: [urlOf(server)] });
    await client.put('k', 'v');
    const stream = new StreamClient(server.address.port);
    const [, about] = await stream.hello();
    expect(about).to.deep.include({ format: 1, node: 0, nodes: 3 });
    expect(about).to.have.deep.property('addresses', configs[0]?.addresses.map(toText));
    stream.ask([1, [[2, Buffer.from('k'), Buffer.from('w')]]]);
    expect(await stream.reply(1)).to.deep.equal([2, 2, 2]);
    stream.ask([2, [[0, Buffer.from('k')]]], [3, [[5, Buffer.from('k')]]]);
    const got = [0, 1, 2, 2, Buffer.from('vw')];
    expect(await stream.reply(2)).to.deep.equal(got);
    expect(await stream.reply(3)).to.deep.equal(got);
    await server.stop();
    expect(await stream.closed()).to.have.property('code', 1001);
    expect(stream.notices.at(-1)).to.deep.equal(['goodbye']);
  });

  it('notifies its streams of the leader, and of a new one', async () => {
    const servers = await Promise.all([start(0), start(1), start(2)]);
    const streams = servers.map(({ address }) => new StreamClient(address.port));
    const leaders = streams.map((stream) => () => leaderIn(stream.notices));
    await Promise.all(
      streams.map((stream, node) => stream.until(() => leaders[node]?.() !== null)),
    );
    const first = Number(leaders[0]?.());
    await servers[first]?.stop();
    const [stream] = streams.filter((_, node) => node !== first);
    await stream?.until(() => ![first, null].includes(leaderIn(stream.notices)));
    await Promise.all(streams.map((each) => each.close()));
  });

  it('answers on a stream that it is not ready yet', async () => {
    const stream = new StreamClient((await start(0)).address.port);
    await stream.hello();
    stream.ask([1, [[0, Buffer.from('k')]]]);
    expect((await stream.reply(1)).slice(0, 3)).to.deep.equal([-1, 'KV_UNAVAILABLE', 'not done']);
    await stream.close();
  });

  it('refuses upgrades to any other path than those of peers and streams', async () => {
    const server = await start(0);
    const socket = new WebSocket(urlOf(server, '/elsewhere').replace('http', 'ws'));
    const [error] = await once(socket, 'error').catch((thrown: unknown) => [thrown]);
    expect(String(error)).to.match(/400/);
  });
});
