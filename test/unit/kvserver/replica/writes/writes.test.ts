import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import type { ForwardedBatch } from '@paxkv/kvserver/internal/replica/ports';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { Writes } from '@paxkv/kvserver/internal/replica/writes/writes';
import {
  decodeBatch,
  encodeBatch,
  encodeLeaseExpiry,
  encodeLevelRaise,
  noop,
} from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { seeded, World } from '@paxkv/simulator';
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

describe('Writes, between two leaders', () => {
  const stamp = { session: 1, number: 1, firstOutstanding: 1 };
  const origin = { node: 1, runId: 1, number: 1 };
  const value = encodeBatch({ origin, requests: [{ command: put('k', 'v') }] });
  const forwarded: ForwardedBatch = { type: 'forward', runId: 1, number: 1, value };
  let world: World;
  let leader: number | undefined;
  let isFounded: boolean;
  let started: Uint8Array[];
  let startedIn: number[];
  let floor: number;
  let quorumReadCount: number;
  let flushCount: number;
  let isClosed: boolean;
  let deliver: (from: number, message: ForwardedBatch) => void;
  let writes: Writes;

  beforeEach(() => {
    world = new World({ seed: 1 });
    leader = 2;
    isFounded = true;
    started = [];
    startedIn = [];
    floor = 0;
    quorumReadCount = 0;
    flushCount = 0;
    isClosed = false;
    const { clock } = world;
    const limits = limitsDefault;
    const session = new OwnSession();
    writes = new Writes({
      me: 0,
      runId: 1,
      clock,
      limits,
      state: { applied: -1 },
      isFounded: () => isFounded,
      drawEntropy: () => undefined,
      session,
      values: new Values(thisVersion),
      pending: new PendingRequests({ clock, limits, session }),
      paxos: {
        start: (seq, value) => {
          started.push(value);
          startedIn.push(seq);
        },
        proposalFloor: () => floor,
        max: () => -1,
        leader: () => leader,
        readIndex: () => {
          quorumReadCount += 1;
        },
        flushNotices: () => {
          flushCount += 1;
        },
      },
      forwarding: {
        open: (receive) => {
          deliver = receive;
        },
        send: () => {},
        close: () => {
          isClosed = true;
        },
      },
    });
  });

  function setLeader(next: number | undefined): void {
    leader = next;
    writes.onLeader();
  }

  it('are announced immediately if another replica waits for them', () =>
    world.run(async () => {
      const applied = (node: number) =>
        writes.onApplied({ seq: 0, origin: { ...origin, node }, replies: [] });
      setLeader(0);
      applied(0);
      await world.sleep(1);
      expect(flushCount).to.equal(0);
      applied(1);
      applied(2);
      await world.sleep(1);
      expect(flushCount).to.equal(1);
      setLeader(2);
      applied(1);
      await world.sleep(1);
      expect(flushCount).to.equal(1);
    }));

  it('keep a batch forwarded before this replica leads, and propose it then', () =>
    world.run(async () => {
      setLeader(undefined);
      deliver(1, forwarded);
      await world.sleep(1000);
      expect(started).to.deep.equal([]);
      setLeader(0);
      await world.sleep(1);
      expect(started).to.deep.equal([forwarded.value]);
    }));

  it('take turns with the batches of a busy follower, also if they are few', () =>
    world.run(async () => {
      setLeader(0);
      const batches = [1, 2, 3, 4, 5, 6].map((number) => {
        const requests = [{ command: put('k', `${number}`) }];
        return { ...forwarded, number, value: encodeBatch({ origin, requests }) };
      });
      for (const batch of batches) deliver(1, batch);
      await world.sleep(1);
      expect(started).to.deep.equal(batches.slice(0, 4).map((batch) => batch.value));
      writes.add({ command: put('own', 'v'), stamp }, {}).catch(() => {});
      for (const seq of [0, 1, 2]) {
        writes.onDecided({ seq, value: started[seq] ?? value });
        await world.sleep(1);
      }
      const texts = started.slice(4).map((each) => Buffer.from(each).includes('own'));
      expect(texts).to.deep.equal([true, false, false]);
    }));

  it('forget forwarded batches once another replica leads', () =>
    world.run(async () => {
      setLeader(undefined);
      deliver(1, forwarded);
      setLeader(2);
      deliver(1, { ...forwarded, number: 2 });
      setLeader(0);
      await world.sleep(1);
      expect(started).to.deep.equal([]);
    }));

  it('wait for the next leader for a limited time', () =>
    world.run(async () => {
      setLeader(undefined);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      await world.sleep(50);
      expect(started).to.have.length(0);
      await world.sleep(60);
      expect(started).to.have.length(1);
      writes.stop();
    }));

  it('are proposed in no instance below the floor', () =>
    world.run(async () => {
      floor = 40;
      setLeader(undefined);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      await world.sleep(200);
      expect(startedIn).to.deep.equal([40]);
    }));

  it('ask for the read index and skip ahead if there may be a leader that it cannot hear', () =>
    world.run(async () => {
      const lose = async () => {
        writes.onDecided({ seq: startedIn.at(-1) ?? -1, value: noop });
        await world.sleep(1);
      };
      setLeader(undefined);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      await world.sleep(200);
      for (let count = 0; count < 3; count += 1) await lose();
      expect([startedIn, quorumReadCount]).to.deep.equal([[0, 1, 2, 3], 0]);
      await world.sleep(1000);
      await lose();
      await lose();
      expect(startedIn.slice(4)).to.deep.equal([3 + 2 ** 4, 3 + 2 ** 4 + 2 ** 5]);
      expect(quorumReadCount).to.equal(2);
      writes.stop();
    }));

  it('wait until the cluster is founded, but for the raise that founds it', () =>
    world.run(async () => {
      isFounded = false;
      setLeader(0);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      deliver(1, forwarded);
      writes.ofServer.expireLeases([{ id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', renewals: 0 }]);
      await world.sleep(100);
      expect(started).to.deep.equal([]);
      writes.ofServer.raiseLevel(2, new Uint8Array(16));
      await world.sleep(1);
      expect(started).to.deep.equal([encodeLevelRaise(2, new Uint8Array(16))]);
      isFounded = true;
      writes.onDecided({ seq: 0, value: started[0] ?? value });
      writes.onApplied({ seq: 0, origin: undefined, replies: [] });
      await world.sleep(1);
      expect(started).to.have.length(4);
    }));

  it('go after a raise and the ends of leases, which only a leader proposes', () =>
    world.run(async () => {
      setLeader(0);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      writes.ofServer.expireLeases([{ id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', renewals: 0 }]);
      writes.ofServer.raiseLevel(2);
      await world.sleep(1);
      const expiry = encodeLeaseExpiry([{ id: 'q1Yk0nC8Rk2oZ4y9bXv3Tw', renewals: 0 }]);
      expect(started.slice(0, 2)).to.deep.equal([encodeLevelRaise(2), expiry]);
      expect(started).to.have.length(3);
      setLeader(2);
      writes.ofServer.raiseLevel(3);
      await world.sleep(1);
      setLeader(0);
      await world.sleep(1);
      expect(started).to.have.length(3);
    }));

  it('take another instance while one is open only from 128 requests on', () =>
    world.run(async () => {
      setLeader(0);
      const add = (count: number) => {
        for (let index = 0; index < count; index += 1)
          writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      };
      add(1);
      await world.sleep(1);
      expect(started).to.have.length(1);
      add(127);
      await world.sleep(1);
      expect(started).to.have.length(1);
      add(1);
      await world.sleep(1);
      expect(started).to.have.length(2);
    }));

  it('are not done again with an instance that loses after their requests were answered', () =>
    world.run(async () => {
      setLeader(0);
      const done = writes.add({ command: put('k', 'v'), stamp }, {});
      await world.sleep(1);
      writes.onDecided({ seq: 0, value: noop });
      const own = { node: 0, runId: 1, number: 1 };
      writes.onApplied({ seq: 0, origin: own, replies: [{ type: 'put', revision: 1 }] });
      expect(await done).to.deep.equal({ type: 'put', revision: 1 });
      await world.sleep(1);
      expect(started).to.have.length(1);
    }));

  it('answer only batches of this run of this replica', () =>
    world.run(async () => {
      setLeader(0);
      let isSettled = false;
      const done = writes.add({ command: put('k', 'v'), stamp }, {});
      void done.then(() => {
        isSettled = true;
      });
      await world.sleep(1);
      const reply = { type: 'put', revision: 1 } as const;
      for (const other of [
        { node: 1, runId: 1, number: 1 },
        { node: 0, runId: 2, number: 1 },
        { node: 0, runId: 1, number: 2 },
      ]) {
        writes.onApplied({ seq: 0, origin: other, replies: [reply] });
      }
      await world.sleep(1);
      expect(isSettled).to.equal(false);
      writes.onApplied({ seq: 1, origin: { node: 0, runId: 1, number: 1 }, replies: [reply] });
      await world.sleep(1);
      expect(isSettled).to.equal(true);
    }));

  it('are answered by nothing that comes once the state is replaced', () =>
    world.run(async () => {
      setLeader(0);
      let isSettled = false;
      void writes.add({ command: put('k', 'v'), stamp }, {}).then(
        () => {
          isSettled = true;
        },
        () => {},
      );
      await world.sleep(1);
      expect(writes.isInFlight(0)).to.equal(true);
      writes.abandon();
      expect(writes.isInFlight(0)).to.equal(false);
      const origin = { node: 0, runId: 1, number: 1 };
      writes.onApplied({ seq: 0, origin, replies: [{ type: 'put', revision: 1 }] });
      await world.sleep(1);
      expect(isSettled).to.equal(false);
      deliver(1, forwarded);
      deliver(1, { ...forwarded, number: 2 });
      await world.sleep(1);
      expect(started).to.have.length(3);
    }));

  it('are left to their sender if they lost their instance and another replica leads', () =>
    world.run(async () => {
      setLeader(0);
      deliver(1, forwarded);
      await world.sleep(1);
      expect(started).to.have.length(1);
      setLeader(2);
      writes.onDecided({ seq: 0, value: noop });
      await world.sleep(1);
      setLeader(0);
      await world.sleep(1);
      expect(started).to.have.length(1);
    }));

  it('are taken from others only while this replica leads, or nobody is known to', () =>
    world.run(async () => {
      setLeader(2);
      deliver(1, forwarded);
      setLeader(0);
      await world.sleep(1);
      expect(started).to.deep.equal([]);
      deliver(1, forwarded);
      await world.sleep(1);
      expect(started).to.have.length(1);
      writes.stop();
      expect(isClosed).to.equal(true);
      deliver(1, { ...forwarded, number: 2 });
      writes.propose();
      await world.sleep(1);
      expect(started).to.have.length(1);
    }));

  it('skip at most 64 instances, however many were lost', () =>
    world.run(async () => {
      setLeader(undefined);
      writes.add({ command: put('k', 'v'), stamp }, {}).catch(() => {});
      await world.sleep(1200);
      for (let count = 0; count < 12; count += 1) {
        writes.onDecided({ seq: startedIn.at(-1) ?? -1, value: noop });
        await world.sleep(1);
      }
      const steps = startedIn.map((seq, index) => seq - (startedIn[index - 1] ?? -1));
      expect(steps).to.deep.equal([1, 2, 4, 8, 16, 32, 64, 65, 65, 65, 65, 65, 65]);
      writes.stop();
    }));

  it('open one session for all requests without a stamp, and another one if that failed', () =>
    world.run(async () => {
      setLeader(0);
      const openings = () =>
        started.flatMap((each) =>
          decodeBatch(Buffer.from(each)).requests.filter(
            ({ command }) => command.type === 'openSession',
          ),
        );
      for (const key of ['a', 'b', 'c']) writes.add({ command: put(key, 'v') }, {}).catch(() => {});
      await world.sleep(1);
      expect([started.length, openings().length]).to.deep.equal([1, 1]);
      writes.onDecided({ seq: 0, value: started[0] ?? value });
      const opened = { type: 'openSession', session: 9 } as const;
      writes.onApplied({ seq: 0, origin: { node: 0, runId: 1, number: 1 }, replies: [opened] });
      await world.sleep(1);
      expect([started.length, openings().length]).to.deep.equal([2, 1]);
      const stamps = decodeBatch(Buffer.from(started[1] ?? value)).requests.map((one) => one.stamp);
      expect(stamps).to.deep.equal(
        [1, 2, 3].map((number) => ({ session: 9, number, firstOutstanding: 1 })),
      );
    }));
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
