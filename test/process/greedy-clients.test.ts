/** Clients that ask for much and read little, against real servers: memory stays bounded, and others are served. */
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { encodePairs, StreamClient } from '../unit/kvserver/api/stream/stream-under-test.ts';
import { ProcessCluster } from './process-cluster.ts';

const mebibyte = 2 ** 20;
const key = Buffer.from('large');
/** The memory budget of the servers, which is the default. */
const budgetBytes = 512 * mebibyte;
/** The log, the caches, and garbage that was not collected yet; a server without load has some 110 MiB. */
const otherBytes = 400 * mebibyte;
const attackMs = 2500;

describe('greedy clients', function () {
  this.timeout(90_000);
  let cluster: ProcessCluster;
  let client: KvClient;
  let sockets: Socket[];
  let streams: StreamClient[];

  before(async () => {
    cluster = await ProcessCluster.start();
    client = cluster.client({ timeoutMs: 20_000 });
    await client.put(key, new Uint8Array(mebibyte).fill(7));
  });
  beforeEach(() => {
    sockets = [];
    streams = [];
  });
  afterEach(function () {
    for (const socket of sockets) socket.destroy();
    for (const { socket } of streams) socket.terminate();
    if (this.currentTest?.state === 'failed') console.error(cluster.log);
  });
  after(() => cluster?.close());

  const port = () => Number(cluster.addresses[0]?.split(':')[1]);

  async function stream(): Promise<StreamClient> {
    const opened = new StreamClient(port());
    streams.push(opened);
    await opened.hello();
    return opened;
  }

  /** The most memory of the server in this time, while a put and a get of others are answered now and then. */
  async function peakBytes(): Promise<number> {
    const endMs = performance.now() + attackMs;
    let peak = 0;
    while (performance.now() < endMs) {
      peak = Math.max(peak, await cluster.residentBytes(0));
      await client.put('honest', 'v');
      await pause(20);
    }
    return peak;
  }

  /** `count` gets of the large value in one frame of about 60 kB, with no reply read. */
  async function askWithoutReading(count: number): Promise<void> {
    const client = await stream();
    client.socket.pause();
    const pairs = Array.from({ length: count }, (_, id): [number, unknown] => [id, [[0, key]]]);
    client.socket.send(encodePairs(pairs));
  }

  it('do not take a server over its memory by one small frame of thousands of gets', async () => {
    await askWithoutReading(4000);
    expect(await peakBytes()).to.be.below(budgetBytes / 4 + otherBytes);
  });

  it('do not take a server over its memory by 20 slow streams', async () => {
    for (let count = 0; count < 20; count += 1) await askWithoutReading(1000);
    expect(await peakBytes()).to.be.below(budgetBytes + otherBytes);
  });

  it('do not take a server over its memory by gets that 100 connections pipeline', async () => {
    const request = `GET /v1/kv/${key}?raw HTTP/1.1\r\nhost: localhost\r\n\r\n`;
    for (let count = 0; count < 100; count += 1) {
      const socket = connect(port(), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.pause();
      socket.write(request.repeat(64));
      sockets.push(socket);
    }
    expect(await peakBytes()).to.be.below(budgetBytes + otherBytes);
  });

  it('get all of 150 large values that they ask for at once, if they read them', async () => {
    const values = await Promise.all(
      Array.from({ length: 150 }, () => client.getEntry(key, { timeoutMs: 60_000 })),
    );
    expect(values.every((entry) => entry !== undefined)).to.equal(true);
  });

  it('delay others by a few times of an idle server, and get no reply of theirs refused', async () => {
    const others = cluster.client();
    const idleMs = await longestPutMs(others);
    const value = Buffer.alloc(16);
    const greedy = await Promise.all([1, 2, 3, 4].map(() => stream()));
    for (const each of greedy) {
      const pairs = Array.from({ length: 4000 }, (_, id): [number, unknown] => [
        id,
        [[1, Buffer.from(`g${id}`), value]],
      ]);
      each.ask(...pairs);
    }
    const busyMs = await longestPutMs(others);
    // The other processes of this test compete for the processors as well.
    expect(busyMs).to.be.below(5 * idleMs + 250);
  });

  /** The longest of 20 puts one after the other; each must succeed. */
  async function longestPutMs(others: KvClient): Promise<number> {
    let longestMs = 0;
    for (let count = 0; count < 20; count += 1) {
      const begunMs = performance.now();
      await others.put('other', String(count));
      longestMs = Math.max(longestMs, performance.now() - begunMs);
    }
    return longestMs;
  }
});
