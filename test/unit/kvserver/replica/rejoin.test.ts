import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { get, put } from '../state-machine/fixtures.ts';
import { Cluster } from './cluster.ts';

async function until(world: World, isSo: () => boolean): Promise<void> {
  while (!isSo()) await world.sleep(10);
}

/** A cluster whose node 2 is down and has lost its memory, but not its state. */
async function withLostMemory(world: World): Promise<Cluster> {
  const cluster = new Cluster(world);
  await cluster.start();
  for (let count = 0; count < 20; count += 1) await cluster.submit(count % 3, put('k', `${count}`));
  await world.sleep(1000);
  cluster.nodes[2]?.crash();
  cluster.disks[2]?.wipe('lost');
  return cluster;
}

describe('A replica without memory', () => {
  it(
    ...seeded('refuses everything, as not done, until it is admitted', async (world) => {
      const cluster = await withLostMemory(world);
      cluster.network.partition([[0, 1], [2]]);
      await cluster.nodes[2]?.start();
      await world.sleep(5000);
      expect(cluster.replica(2).status).to.include({ state: 'joining' });
      expect(cluster.replica(2).status.reason).to.match(/waiting to meet nodes 0 and 1/);
      const refusal = await cluster.submit(2, get('k')).catch((error: unknown) => error);
      expect(refusal).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
      cluster.network.heal();
      await until(world, () => cluster.replica(2).status.state === 'running');
      await cluster.submit(2, put('k', 'v'));
    }),
  );

  it(
    ...seeded('counts as back only when what the others had begun is decided', async (world) => {
      const cluster = await withLostMemory(world);
      cluster.network.partition([[0], [1]]);
      const pending = cluster.submit(0, put('k', 'begun')).catch((error: unknown) => error);
      await world.sleep(100);
      await cluster.nodes[2]?.start();
      for (const other of [0, 1, 0, 1]) {
        cluster.network.partition([[2, other], [1 - other]]);
        await world.sleep(3000);
      }
      expect(cluster.replica(2).status.state).to.equal('joining');
      cluster.network.heal();
      await until(world, () => cluster.replica(2).status.state === 'running');
      await pending;
      // Only now do the others no longer need node 0.
      cluster.nodes[0]?.crash();
      await cluster.submit(2, put('k', 'later'));
    }),
  );
});
