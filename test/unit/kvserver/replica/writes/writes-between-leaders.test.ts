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
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { put } from '../../state-machine/fixtures.ts';

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
