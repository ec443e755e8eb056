/** K4 to K7: one sequence of steps, of which each test runs one step more. */
import type { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { KvCluster } from './kv-cluster.ts';
import { scenario } from './scenario.ts';
import { Task } from './task.ts';

async function withoutPartition(world: World): Promise<KvCluster> {
  const cluster = await KvCluster.open(world, 5);
  await cluster.clerk(0).put('1', '12');
  await cluster.clerk(2).put('1', '13');
  expect(await cluster.clerk(3).get('1')).to.equal('13');
  return cluster;
}

async function inMajority(world: World): Promise<KvCluster> {
  const cluster = await withoutPartition(world);
  cluster.partition([2, 3, 4], [0, 1]);
  await cluster.clerk(2).put('1', '14');
  expect(await cluster.clerk(4).get('1')).to.equal('14');
  return cluster;
}

/** Also returns the put and the get that the minority could not complete. */
async function inMinority(world: World) {
  const cluster = await inMajority(world);
  const put = new Task(() => cluster.clerk(0).put('1', '15'));
  const get = new Task(() => cluster.clerk(1).get('1'));
  await cluster.sleep(1000);
  expect(put.isSettled, 'the put returned').to.equal(false);
  expect(get.isSettled, 'the get returned').to.equal(false);
  expect(await cluster.clerk(4).get('1')).to.equal('14');
  await cluster.clerk(3).put('1', '16');
  expect(await cluster.clerk(4).get('1')).to.equal('16');
  return { cluster, put, get };
}

describe('Key-value service, partitioned', () => {
  it(
    ...scenario('No partition', async (world) => {
      await withoutPartition(world);
    }),
  );

  it(
    ...scenario('Progress in majority', async (world) => {
      await inMajority(world);
    }),
  );

  it(
    ...scenario('No progress in minority', async (world) => {
      const { put, get } = await inMinority(world);
      expect(put.isSettled, 'the put returned').to.equal(false);
      expect(get.isSettled, 'the get returned').to.equal(false);
    }),
  );

  it(
    ...scenario('Completion after heal', async (world) => {
      const { cluster, put, get } = await inMinority(world);
      cluster.partition([0, 2, 3, 4], [1]);
      await put.within(world, 3000);
      expect(get.isSettled, 'the get returned').to.equal(false);
      expect(await cluster.clerk(4).get('1')).to.equal('15');
      expect(await cluster.clerk(0).get('1')).to.equal('15');

      cluster.partition([0, 1, 2], [3, 4]);
      expect(await get.within(world, 10_000)).to.equal('15');
      expect(await cluster.clerk(1).get('1')).to.equal('15');
    }),
  );

  it(
    ...scenario('answers nothing wrong in a minority, however often it is asked', async (world) => {
      const cluster = await inMajority(world);
      const stale = new Set<string | undefined>();
      const readers = [0, 1].map((server) => cluster.clerk(server));
      const gets = readers.map(
        (reader) =>
          new Task(async () => {
            for (;;) stale.add(await reader.get('1'));
          }),
      );
      await cluster.sleep(20_000);
      expect([...stale]).to.deep.equal([]);
      expect(gets.map(({ isSettled }) => isSettled)).to.deep.equal([false, false]);

      cluster.heal();
      await cluster.sleep(3000);
      expect([...stale]).to.deep.equal(['14']);
    }),
  );
});
