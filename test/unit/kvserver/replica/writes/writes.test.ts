import { seeded, type World } from '@paxkv/simulator';
import { expect } from 'chai';
import { append, get, put } from '../../state-machine/fixtures.ts';
import { Cluster, type ClusterOptions } from '../cluster.ts';

/** A cluster in which node `leader` leads. */
async function ledCluster(world: World, options: ClusterOptions = {}) {
  const cluster = new Cluster(world, { isLed: true, ...options });
  await cluster.start();
  const leader = await leaderOf(world, cluster);
  const [follower = -1, other = -1] = [0, 1, 2].filter((node) => node !== leader);
  return { cluster, leader, follower, other };
}

async function leaderOf(world: World, cluster: Cluster): Promise<number> {
  for (;;) {
    const known = cluster.nodes.flatMap(({ program }) => program?.status.leader ?? []);
    const [leader] = known;
    if (leader !== undefined && known.length > 1 && new Set(known).size === 1) return leader;
    await world.sleep(5);
  }
}

async function read(cluster: Cluster, node: number, key: string): Promise<string | undefined> {
  const reply = await cluster.submit(node, get(key));
  if (reply.type !== 'get') throw new Error(`a get was answered by ${reply.type}`);
  return reply.entry && Buffer.from(reply.entry.value).toString();
}

describe('Writes', () => {
  it(
    ...seeded('go to the leader, one message a batch and no second round', async (world) => {
      const { cluster, follower } = await ledCluster(world);
      await cluster.submit(follower, put('before', 'v'));
      const prepares = cluster.network.deliveredCount('prepare');
      for (let count = 0; count < 20; count += 1) {
        await cluster.submit(follower, put('k', `${count}`));
      }
      expect(cluster.forwarding.sentCount('forward')).to.equal(22);
      expect(cluster.network.deliveredCount('prepare')).to.equal(prepares);
      expect(await read(cluster, follower, 'k')).to.equal('19');
    }),
  );

  it(
    ...seeded('of one tick are one batch', async (world) => {
      const { cluster, leader } = await ledCluster(world);
      await cluster.submit(leader, put('before', 'v'));
      const { applied } = cluster.replica(leader).status;
      const all = Array.from({ length: 50 }, (_, n) => cluster.submit(leader, put(`k${n}`, 'v')));
      await Promise.all(all);
      expect(cluster.replica(leader).status.applied).to.equal(applied + 1);
    }),
  );

  it(
    ...seeded(
      'that come during a round are the next batch, unless they are many',
      async (world) => {
        const { cluster, leader } = await ledCluster(world);
        await cluster.submit(leader, put('before', 'v'));
        const spread = async (count: number) => {
          const { applied } = cluster.replica(leader).status;
          const all: Promise<unknown>[] = [];
          for (let round = 0; round < 3; round += 1) {
            for (let n = 0; n < count; n += 1) all.push(cluster.submit(leader, put(`k${n}`, 'v')));
            await Promise.resolve();
            await Promise.resolve();
          }
          await Promise.all(all);
          return cluster.replica(leader).status.applied - applied;
        };
        expect(await spread(5)).to.equal(2);
        expect(await spread(130)).to.equal(3);
      },
    ),
  );

  it(
    ...seeded(
      'that wait for a batch that is with the leader go on when it is applied',
      async (world) => {
        const { cluster, follower } = await ledCluster(world);
        await cluster.submit(follower, put('before', 'v'));
        const startMs = world.now();
        const first = cluster.submit(follower, put('first', 'v'));
        await Promise.resolve();
        await Promise.resolve();
        await Promise.all([first, cluster.submit(follower, put('second', 'v'))]);
        expect(world.now() - startMs).to.be.below(100);
      },
    ),
  );

  it(
    ...seeded(
      'take effect once though every forwarded batch may be lost or repeated',
      async (world) => {
        const forwardingFaults = { lossChance: 0.4, repeatChance: 0.5, delayMsMax: 400 };
        const { cluster, leader } = await ledCluster(world, { forwardingFaults });
        const tokens = Array.from({ length: 60 }, (_, n) => ({ node: n % 3, token: `<${n}>` }));
        for (let first = 0; first < tokens.length; first += 6) {
          const some = tokens.slice(first, first + 6);
          await Promise.all(
            some.map(({ node, token }) => cluster.submit(node, append('log', token))),
          );
        }
        const log = (await read(cluster, leader, 'log')) ?? '';
        expect(log).to.have.length(tokens.map(({ token }) => token).join('').length);
        for (const { token } of tokens) expect(log).to.include(token);
      },
    ),
  );

  it(
    ...seeded('are decided without a leader that can be reached', async (world) => {
      const { cluster, leader, follower, other } = await ledCluster(world);
      for (const [from, to] of [
        [follower, leader],
        [leader, follower],
      ] as const) {
        cluster.network.cut(from, to);
      }
      const startMs = world.now();
      await cluster.submit(follower, put('k', 'v'));
      expect(world.now() - startMs).to.be.below(2500);
      expect(await read(cluster, other, 'k')).to.equal('v');
    }),
  );

  it(
    ...seeded('in flight at a leader that dies are completed by the next', async (world) => {
      const { cluster, leader, follower } = await ledCluster(world);
      await cluster.submit(follower, put('before', 'v'));
      const all = Array.from({ length: 10 }, (_, n) =>
        cluster.submit(follower, append('log', `${n}`)),
      );
      cluster.nodes[leader]?.crash();
      const startMs = world.now();
      await Promise.all(all);
      expect(world.now() - startMs).to.be.below(2500);
      expect(await read(cluster, follower, 'log')).to.have.length(10);
    }),
  );

  it(
    ...seeded(
      'without a stamp go on when newer sessions put that of the replica out',
      async (world) => {
        const { cluster, leader } = await ledCluster(world, {
          limits: { pendingRequestCountMax: 20_000 },
        });
        await cluster.submit(leader, append('log', 'a'));
        const openings = Array.from({ length: 10_001 }, (_, n) =>
          cluster.submit(leader, { type: 'openSession', client: `client ${n}` }),
        );
        await Promise.all(openings);
        await Promise.all(['b', 'c'].map((token) => cluster.submit(leader, append('log', token))));
        expect(await read(cluster, leader, 'log')).to.have.length(3);
      },
    ),
  );
});

describe('A replica that cannot hear the leader', () => {
  /**
   * A cluster with a node whose connection to the leader is cut, while others write to the leader
   * continuously.
   */
  async function besideLoad(
    world: World,
    served: (cluster: Cluster, blind: number) => Promise<void>,
  ) {
    const { cluster, leader, follower: blind } = await ledCluster(world);
    let isOver = false;
    const lanes = Array.from({ length: 8 }, async (_, lane) => {
      while (!isOver) await cluster.submit(leader, put(`lane ${lane}`, 'v'));
    });
    await world.sleep(100);
    cluster.network.cut(leader, blind);
    cluster.network.cut(blind, leader);
    await world.sleep(2000);
    try {
      const leaderAt = (node: number) => cluster.replica(node).status.leader;
      expect([leaderAt(leader), leaderAt(blind)]).to.deep.equal([leader, undefined]);
      await served(cluster, blind);
      expect(leaderAt(leader)).to.equal(leader);
    } finally {
      isOver = true;
    }
    await Promise.all(lanes);
  }

  it(
    ...seeded('answers gets soon', (world) =>
      besideLoad(world, async (cluster, blind) => {
        for (let count = 0; count < 20; count += 1) {
          const begunMs = world.now();
          await cluster.submit(blind, get('lane 0'));
          expect(world.now() - begunMs).to.be.below(100);
        }
      }),
    ),
  );

  it(
    ...seeded('gets its writes into the log', (world) =>
      besideLoad(world, async (cluster, blind) => {
        for (let count = 0; count < 5; count += 1) {
          const begunMs = world.now();
          await cluster.submit(blind, put('own', `${count}`));
          expect(world.now() - begunMs).to.be.below(1000);
        }
      }),
    ),
  );
});
