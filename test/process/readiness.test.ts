/** What `/readyz` says of real servers that lose their peers or their disk, fall behind, or are well. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openRig } from '../faults/disk/rig.ts';
import { Missing } from '../faults/disk/shim-library.ts';
import { clusterPerSuite } from './cluster-per-suite.ts';
import { ProcessCluster } from './process-cluster.ts';

const pollMs = 50;
const mebibyte = 'v'.repeat(1024 * 1024);

/** Why a server is not ready; `undefined` if it is. @throws if it does not answer */
async function whyNot(cluster: ProcessCluster, node: number): Promise<string | undefined> {
  const response = await fetch(`http://${cluster.addresses[node]}/readyz`);
  const body = JSON.parse(await response.text());
  return response.ok ? undefined : body.error.message;
}

/** Milliseconds until the server gives a reason that matches. */
async function untilNot(cluster: ProcessCluster, node: number, pattern: RegExp): Promise<number> {
  const begunMs = performance.now();
  while (!pattern.test((await whyNot(cluster, node)) ?? '')) await pause(pollMs);
  return performance.now() - begunMs;
}

async function untilLogged(cluster: ProcessCluster, pattern: RegExp): Promise<void> {
  while (!pattern.test(cluster.log)) await pause(pollMs);
}

function print(what: string, ms: number): void {
  console.log(`      ${what}: ${ms.toFixed(0)} ms`);
}

describe('the readiness of three processes', () => {
  const each = clusterPerSuite();

  it('lasts while nobody asks anything', async () => {
    const { cluster } = each;
    const reasons: string[] = [];
    const untilMs = performance.now() + 10_000;
    while (performance.now() < untilMs) {
      await pause(200);
      for (const node of cluster.nodes) reasons.push((await whyNot(cluster, node)) ?? 'ready');
    }
    expect(new Set(reasons)).to.deep.equal(new Set(['ready']));
  }).timeout(30_000);

  it('ends on the survivor of two that die, and returns with one of them', async () => {
    const { cluster } = each;
    const client = cluster.client();
    await client.put('k', 'v');
    await cluster.kill(0, 1);
    const lostMs = await untilNot(cluster, 2, /^No quorum has answered for .*node 0: .*node 1: /);
    print('two of three killed to 503 on the third', lostMs);
    expect(lostMs).to.be.within(500, 4000);
    await cluster.restart(0);
    await cluster.ready(2);
    expect(await client.get('k')).to.equal('v');
    await untilLogged(cluster, /"majority lost".*"afterMs":\d+,"msg":"majority regained"/s);
    await cluster.restart(1);
  }).timeout(40_000);

  it('returns to a server that was away only when it is level', async () => {
    const { cluster } = each;
    const client = cluster.client({ nodes: [0, 1] });
    await cluster.kill(2);
    for (let count = 0; count < 16; count += 1) await client.put(`k${count % 8}`, mebibyte);
    const { applied } = await cluster.status(0);
    cluster.launch(2);
    const begunMs = performance.now();
    await cluster.ready(2);
    print('16 MiB behind to 200', performance.now() - begunMs);
    expect((await cluster.status(2)).applied).to.be.at.least(applied);
  }).timeout(60_000);
});

describe('the readiness of a server whose disk hangs', () => {
  for (const load of ['idle', 'under load']) {
    it(`ends within seconds, ${load}`, async function () {
      const rig = await openRig('shim').catch((error: unknown) => {
        if (error instanceof Missing) this.skip();
        throw error;
      });
      const cluster = await ProcessCluster.start(rig.settings);
      try {
        const client = cluster.client({ nodes: [0, 1] });
        await client.put('k', 'v');
        rig.shimOf(2).arrange({ calls: ['sync'], waitMs: 5000 });
        const writing = load === 'idle' ? undefined : client.put('k', 'w');
        const hungMs = await untilNot(cluster, 2, /^The disk has not finished a write for /);
        rig.shimOf(2).clear();
        await writing;
        print(`a disk that hangs to 503, ${load}`, hungMs);
        // The machine may be busy; the limits say 2 s after a write, and 1 s until the next one.
        expect(hungMs).to.be.within(1900, 6000);
        for (const node of [0, 1]) expect(await whyNot(cluster, node)).to.equal(undefined);
        await cluster.ready(2);
        await untilLogged(cluster, /"disk takes no writes".*"disk takes writes again"/s);
        await untilLogged(cluster, /"count":\d+,"longestMs":\d{4,},"msg":"slow disk"/);
      } finally {
        await cluster.close();
        await rig.close();
      }
    }).timeout(60_000);
  }
});

describe('the readiness of a server that is alone', () => {
  it('needs no other', async () => {
    const cluster = await ProcessCluster.start({ nodeCount: 1 });
    try {
      expect(await whyNot(cluster, 0)).to.equal(undefined);
      await pause(2000);
      expect(await whyNot(cluster, 0)).to.equal(undefined);
    } finally {
      await cluster.close();
    }
  }).timeout(30_000);
});
