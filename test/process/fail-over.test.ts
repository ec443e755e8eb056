/**
 * The client's view of a leader's loss: how long no write is acknowledged, and that none is lost or
 * duplicated. The bounds are generous, since the machine may be busy; the figures are printed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { ProxyNetwork } from '../faults/network/proxy-network.ts';
import { Appenders } from './appenders.ts';
import { clusterPerTest } from './cluster-per-test.ts';
import { ProcessCluster } from './process-cluster.ts';

const laneCount = 16;
const killCount = 5;
const leaderPollMs = 10;

/** A steady load from one client. */
function load(cluster: ProcessCluster): Appenders {
  const client = cluster.client();
  return new Appenders(
    'list',
    Array.from({ length: laneCount }, () => client),
  );
}

/** Resolves with the leader once all these nodes report the same one. */
async function leaderOf(cluster: ProcessCluster, nodes = cluster.nodes): Promise<number> {
  for (;;) {
    const statuses = await Promise.all(nodes.map((node) => cluster.status(node)));
    const [leader, ...others] = new Set(statuses.map((status) => status.leader));
    if (typeof leader === 'number' && others.length === 0) return leader;
    await pause(leaderPollMs);
  }
}

/**
 * Milliseconds until the acknowledgement of a write that started after now: each worker may have one write
 * in flight.
 */
async function nextAcknowledged(appenders: Appenders): Promise<number> {
  const begunMs = performance.now();
  await appenders.progress.advanced(laneCount + 1);
  return performance.now() - begunMs;
}

function print(what: string, timesMs: readonly number[]): void {
  console.log(`      ${what}: ${timesMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
}

describe('clients of three processes that lose their leader', () => {
  const each = clusterPerTest();

  it('continue immediately when it is killed, and without a pause when it restarts', async () => {
    const { cluster } = each;
    const appenders = load(cluster);
    const timesMs: number[] = [];
    for (let kill = 0; kill < killCount; kill += 1) {
      await appenders.progress.advanced(200);
      const leader = await leaderOf(cluster);
      const killed = cluster.kill(leader);
      timesMs.push(await nextAcknowledged(appenders));
      await killed;
      const others = cluster.nodes.filter((node) => node !== leader);
      const next = await leaderOf(cluster, others);
      await cluster.restart(leader);
      expect(await leaderOf(cluster)).to.equal(next);
    }
    await appenders.stop();
    print('kill -9 of the leader to the next acknowledged write', timesMs);
    const median = timesMs.toSorted((a, b) => a - b)[Math.floor(killCount / 2)];
    expect(median).to.be.below(500);
    expect(appenders.gaveUp).to.deep.equal([]);
    appenders.check(await cluster.client().get('list'));
  }).timeout(30_000);

  it('continue soon when it is paused, and without a pause when it is stopped', async () => {
    const { cluster } = each;
    const appenders = load(cluster);
    await appenders.progress.advanced(200);
    const frozen = await leaderOf(cluster);
    cluster.pause(frozen);
    const frozenMs = await nextAcknowledged(appenders);
    cluster.resume(frozen);
    const ended = await leaderOf(cluster);
    expect(ended).to.not.equal(frozen);
    const exit = cluster.stop(ended);
    const endedMs = await nextAcknowledged(appenders);
    expect(await exit).to.deep.equal({ code: 0, signal: null });
    await appenders.stop();
    print('leader paused, and leader stopped', [frozenMs, endedMs]);
    expect(frozenMs).to.be.below(2500);
    expect(endedMs).to.be.below(1000);
    expect(appenders.gaveUp).to.deep.equal([]);
    const left = cluster.nodes.filter((node) => node !== ended);
    appenders.check(await cluster.client({ nodes: left }).get('list'));
  }).timeout(30_000);
});

describe('clients of three processes of which one loses sight of the leader', () => {
  it('keep their leader, and are served by the isolated server too', async () => {
    const network = await ProxyNetwork.open(3);
    const cluster = await ProcessCluster.start({
      addressesFor: (node, addresses) => network.addressesFor(node, addresses),
    });
    try {
      const appenders = load(cluster);
      await appenders.progress.advanced(200);
      const leader = await leaderOf(cluster);
      const [blind = 0, other = 0] = cluster.nodes.filter((node) => node !== leader);
      network.impose({ type: 'cut' }, [
        { from: leader, to: blind },
        { from: blind, to: leader },
      ]);
      const cutMs = await nextAcknowledged(appenders);
      for (let count = 0; count < 5; count += 1) {
        await cluster.client({ nodes: [blind] }).append('through one', `${count}`);
      }
      await appenders.progress.advanced(200);
      expect(await leaderOf(cluster, [leader, other])).to.equal(leader);
      network.heal();
      expect(await leaderOf(cluster)).to.equal(leader);
      await appenders.stop();
      print('connection of the leader to one follower cut', [cutMs]);
      expect(cutMs).to.be.below(1000);
      expect(appenders.gaveUp).to.deep.equal([]);
      appenders.check(await cluster.client().get('list'));
      expect(await cluster.client().get('through one')).to.equal('01234');
    } finally {
      await cluster.close();
      await network.close();
    }
  }).timeout(30_000);
});
