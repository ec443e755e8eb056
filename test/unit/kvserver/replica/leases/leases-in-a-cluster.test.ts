/** Leases in a cluster in a simulated world: who ends them, and when. */
import { lab, seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { bytes, get, put } from '../../state-machine/fixtures.ts';
import { Cluster } from '../cluster.ts';

const ttlMs = 2000;

async function started(world: World): Promise<Cluster> {
  const cluster = new Cluster(world, { isLed: true, profile: lab });
  await cluster.start();
  await cluster.submit(0, put('k', 'v'));
  while (cluster.nodes.some(({ program }) => program?.status.featureLevel !== 4)) {
    await world.sleep(50);
  }
  return cluster;
}

async function grant(cluster: Cluster, node: number): Promise<string> {
  const reply = await cluster.submit(node, { type: 'grantLease', ttlMs });
  return reply.type === 'grantLease' ? reply.lease : expect.fail('no lease');
}

async function isPresent(cluster: Cluster, node: number, key: string): Promise<boolean> {
  const reply = await cluster.submit(node, get(key));
  return reply.type === 'get' && reply.entry !== undefined;
}

function leaderOf(cluster: Cluster): number {
  const leaders = cluster.nodes.map(({ program }) => program?.status.leader);
  return leaders.find((leader) => leader !== undefined) ?? expect.fail('no leader');
}

async function untilLed(world: World, cluster: Cluster, before: number): Promise<number> {
  for (;;) {
    const found = cluster.nodes.findIndex(
      ({ program }, node) => node !== before && program?.status.leader === node,
    );
    if (found >= 0) return found;
    await world.sleep(10);
  }
}

const put1 = (key: string, lease: string) =>
  ({ type: 'putLeased', key: bytes(key), value: bytes('v'), lease }) as const;

describe('Leases in a cluster', () => {
  it(
    ...seeded(
      'end a little after their time if nobody renews them, and on no account before',
      async (world) => {
        const cluster = await started(world);
        const lease = await grant(cluster, 1);
        const grantedMs = world.now();
        await cluster.submit(2, put1('a', lease));
        while (await isPresent(cluster, 1, 'a')) await world.sleep(20);
        expect(world.now() - grantedMs).to.be.within(ttlMs - 500, ttlMs + 1500);
        expect(cluster.failures).to.deep.equal([]);
      },
    ),
  );

  it(
    ...seeded('last as long as they are renewed, through any server', async (world) => {
      const cluster = await started(world);
      const lease = await grant(cluster, 0);
      await cluster.submit(0, put1('a', lease));
      for (let count = 0; count < 12; count += 1) {
        await world.sleep(800);
        const reply = await cluster.submit(count % 3, { type: 'renewLease', lease });
        expect(reply.type).to.equal('renewLease');
      }
      expect(await isPresent(cluster, 2, 'a')).to.equal(true);
    }),
  );

  it(
    ...seeded('have their whole time again after the leader was lost', async (world) => {
      const cluster = await started(world);
      const leader = leaderOf(cluster);
      const other = (leader + 1) % 3;
      const lease = await grant(cluster, other);
      await cluster.submit(other, put1('a', lease));
      await world.sleep(1200);
      cluster.nodes[leader]?.crash();
      const next = await untilLed(world, cluster, leader);
      const ledMs = world.now();
      while (await isPresent(cluster, next, 'a')) await world.sleep(20);
      expect(world.now() - ledMs).to.be.within(ttlMs - 100, ttlMs + 1500);
    }),
  );

  it(
    ...seeded('are the same on every server after restarts', async (world) => {
      const cluster = await started(world);
      const lease = await grant(cluster, 0);
      await cluster.submit(0, put1('a', lease));
      for (const node of [0, 1, 2]) {
        cluster.nodes[node]?.crash();
        await cluster.nodes[node]?.start();
        await world.sleep(100);
      }
      const reply = await cluster.submit(1, { type: 'renewLease', lease });
      expect(reply).to.deep.equal({ type: 'renewLease', ttlMs });
      while (await isPresent(cluster, 2, 'a')) await world.sleep(20);
      expect(cluster.failures).to.deep.equal([]);
    }),
  );
});
