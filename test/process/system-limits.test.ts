/** Servers that the system lets use little memory or few files: they refuse work, and none of them ends. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { type KvClient, KvError } from '@paxkv/client';
import { expect } from 'chai';
import { allocatorEnvironment } from 'paxkv/internal/cluster/node-process';
import { ProcessCluster } from './process-cluster.ts';

const mebibyte = 2 ** 20;
const memoryBytes = 420 * mebibyte;
const openFileCount = 128;
const idleConnectionCount = 200;
const fillMsMax = 40_000;

describe('servers under limits of the system', function () {
  this.timeout(240_000);
  let cluster: ProcessCluster;

  before(function () {
    if (spawnSync('prlimit', ['--version']).status === 0) return;
    console.warn('skipped servers under limits of the system: prlimit (util-linux) is missing');
    this.skip();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.error(cluster?.log);
    await cluster?.close();
  });

  function expectAlive(...nodes: readonly number[]): void {
    expect(
      nodes.filter((node) => cluster.hasExited(node)),
      'ended',
    ).to.deep.equal([]);
  }

  /** Writes until one is refused for want of room, until so many were acknowledged, or until time is up. */
  async function fill(client: KvClient, value: Uint8Array, countMax: number): Promise<number> {
    const deadlineMs = performance.now() + fillMsMax;
    let count = 0;
    let isRefused = false;
    const write = async (line: number) => {
      while (!isRefused && count < countMax && performance.now() < deadlineMs) {
        try {
          await client.put(`${line} ${count % 20}`, value);
          count += 1;
        } catch (error) {
          expect(error).to.be.instanceOf(KvError);
          // On a busy machine a write may also take longer than its client waits.
          expect(error).to.have.property('code').that.is.oneOf(['KV_OVERLOADED', 'KV_TIMEOUT']);
          isRefused = error instanceof KvError && error.code === 'KV_OVERLOADED';
        }
      }
    };
    await Promise.all(Array.from({ length: 8 }, (_, line) => write(line)));
    return count;
  }

  it('serve with 420 MiB while one of three is dead, restart with their log, and get level again', async () => {
    cluster = await ProcessCluster.start({ systemLimits: [`--data=${memoryBytes}`] });
    const client = cluster.client({ timeoutMs: 10_000 });
    await client.put('before', 'v');
    await cluster.kill(2);
    // Without bounds a survivor ends after about 130 of these.
    const count = await fill(client, new Uint8Array(mebibyte).fill(7), 170);
    expect(count).to.be.greaterThan(10);
    expectAlive(0, 1);
    await cluster.kill(0, 1);
    await cluster.restart(0, 1);
    expect(await client.get('before')).to.equal('v');
    await cluster.restart(2);
    const { applied } = await cluster.status(0);
    await cluster.applied(2, applied);
    await client.put('after', 'w', { timeoutMs: 20_000 });
    expect(await client.get('after')).to.equal('w');
    expectAlive(0, 1, 2);
  });

  it('serve with few files while clients keep idle connections open', async () => {
    cluster = await ProcessCluster.start({ systemLimits: [`--nofile=${openFileCount}`] });
    const client = cluster.client();
    const idle = cluster.addresses.flatMap((address) =>
      Array.from({ length: idleConnectionCount }, () => idleConnection(address)),
    );
    try {
      // Enough for several segments of the journal and several tables of the state.
      const value = new Uint8Array(64 * 1024).fill(7);
      expect(await fill(client, value, 1000)).to.be.greaterThan(300);
      await cluster.kill(1);
      await cluster.restart(1);
      // Among all these connections the other servers find their way back.
      await client.put('after', 'w');
      await cluster.applied(1, (await cluster.status(0)).applied);
      expectAlive(0, 1, 2);
    } finally {
      for (const socket of idle) socket.destroy();
    }
  });

  it('give their memory back after a load', async () => {
    // The history is kept on purpose, and would be a good part of what stays.
    const environment = { ...allocatorEnvironment, PAXKV_HISTORY: '4MiB' };
    cluster = await ProcessCluster.start({ environmentOf: () => environment });
    const atStart = await residentBytes();
    const client = cluster.client();
    await cluster.kill(2);
    await fill(client, new Uint8Array(512 * 1024).fill(7), 400);
    const underLoad = await residentBytes();
    expect(underLoad - atStart).to.be.greaterThan(100 * mebibyte);
    await cluster.restart(2);
    await cluster.applied(2, (await cluster.status(0)).applied);
    const deadlineMs = performance.now() + 60_000;
    // Half of what the load took may stay: the caches, and what the allocator cannot give back.
    while ((await residentBytes()) - atStart > (underLoad - atStart) / 2) {
      if (performance.now() > deadlineMs) {
        const now = Math.round((await residentBytes()) / mebibyte);
        const [start, load] = [atStart, underLoad].map((bytes) => Math.round(bytes / mebibyte));
        expect.fail(`${start} MiB at the start, ${load} under load, ${now} a minute later`);
      }
      await pause(500);
    }
  });

  async function residentBytes(): Promise<number> {
    return cluster.residentBytes(0);
  }
});

/** A connection on which nothing is ever sent. It may be closed by the server at any time. */
function idleConnection(address: string): Socket {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  socket.on('error', () => {});
  once(socket, 'close').catch(() => {});
  return socket;
}
