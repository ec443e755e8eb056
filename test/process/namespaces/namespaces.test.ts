/** A cluster of three processes in three networks, which are cut by the system itself. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Missing } from '../../faults/disk/shim-library.ts';
import { Appenders } from '../appenders.ts';
import { runCommand } from '../command.ts';
import { ProcessCluster } from '../process-cluster.ts';
import { type Cut, NodeNetwork } from './node-network.ts';

const laneCount = 4;
/** Longer than it takes to notice that a leader is gone. */
const cutMs = 2500;

describe('a cluster of three in three network namespaces', function () {
  this.timeout(240_000);

  let network: NodeNetwork;
  let cluster: ProcessCluster | undefined;

  before(async function () {
    try {
      network = await NodeNetwork.create(3);
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.log(`    left out: ${error.message}`);
      this.skip();
    }
  });

  after(async () => {
    await cluster?.close();
    await network?.close();
  });

  it('loses nothing acknowledged while nodes are killed, cut off in each direction, and restarted in turn', async () => {
    cluster = await ProcessCluster.start({
      hostOf: (node) => network.hostOf(node),
      placeOf: (node) => network.placeOf(node),
      environmentOf: () => ({ PAXKV_INSECURE: 'yes' }),
    });
    const clients = Array.from({ length: laneCount }, () =>
      cluster?.client({ attemptTimeoutMs: 1000, timeoutMs: 60_000 }),
    ).filter((client) => client !== undefined);
    const load = new Appenders('list', clients);
    await load.progress.advanced(50);
    await killOne(cluster, load);
    for (const what of ['both', 'inbound', 'outbound'] as const)
      await cutLeader(cluster, load, what);
    for (const node of cluster.nodes) {
      await allReady(cluster);
      expect(await cluster.stop(node)).to.deep.equal({ code: 0, signal: null });
      await load.progress.advanced(laneCount + 1);
      cluster.launch(node);
    }
    await allReady(cluster);
    await load.progress.advanced(laneCount + 1);
    await load.stop();
    expect(load.gaveUp).to.deep.equal([]);
    for (const node of cluster.nodes) {
      load.check(await cluster.client({ nodes: [node] }).get('list'));
    }
  });

  async function killOne(running: ProcessCluster, load: Appenders): Promise<void> {
    const leader = await leaderOf(running);
    await running.kill(leader);
    await load.progress.advanced(laneCount + 1);
    await running.restart(leader);
  }

  /** The other two elect a leader, and go on. */
  async function cutLeader(running: ProcessCluster, load: Appenders, what: Cut): Promise<void> {
    await allReady(running);
    const leader = await leaderOf(running);
    await network.cut(leader, what);
    try {
      await pause(cutMs);
      await load.progress.advanced(laneCount + 1);
      const [other = 0] = running.nodes.filter((node) => node !== leader);
      expect((await running.status(other)).leader, `${what} cut of node ${leader}`).to.not.equal(
        leader,
      );
    } finally {
      await network.heal(leader, what);
    }
  }

  async function leaderOf(running: ProcessCluster): Promise<number> {
    for (;;) {
      const { leader } = await running.status(0);
      if (leader !== null) return leader;
      await pause(50);
    }
  }

  async function allReady({ addresses }: ProcessCluster): Promise<void> {
    const { code, stdout } = await runCommand(addresses, ['health', '--wait', '15s']);
    expect(code, stdout).to.equal(0);
  }
});
