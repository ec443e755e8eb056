import { Forwarder } from '@paxkv/kvserver/internal/replica/forwarding/forwarder';
import type { ForwardedBatch } from '@paxkv/kvserver/internal/replica/ports';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { ownBatch } from '../pending.ts';

describe('Forwarder', () => {
  let world: World;
  let leader: number | undefined;
  let sent: { to: number; number: number }[];
  let onSent: () => void;
  let returnedCount: number;
  let forwarder: Forwarder;

  beforeEach(() => {
    world = new World({ seed: 1 });
    leader = 2;
    sent = [];
    onSent = () => {};
    returnedCount = 0;
    forwarder = new Forwarder({
      me: 0,
      port: {
        open: () => {},
        send: (to: number, { number }: ForwardedBatch) => {
          sent.push({ to, number });
          onSent();
        },
        close: () => {},
      },
      clock: world.clock,
      paxos: { leader: () => leader },
      onReturned: () => {
        returnedCount += 1;
      },
    });
  });

  it('sends a batch to the leader', () => {
    expect(forwarder.forward(ownBatch(1))).to.equal(true);
    expect(sent).to.deep.equal([{ to: 2, number: 1 }]);
    expect(forwarder.count).to.equal(1);
  });

  it('sends nothing while there is no leader, or this replica leads', () => {
    leader = undefined;
    expect(forwarder.forward(ownBatch(1))).to.equal(false);
    leader = 0;
    expect(forwarder.forward(ownBatch(1))).to.equal(false);
    expect(sent).to.deep.equal([]);
  });

  it('resends a batch that is not applied in time once, then returns it', () =>
    world.run(async () => {
      const batch = ownBatch(1);
      forwarder.forward(batch);
      await world.sleep(400);
      expect(sent).to.have.length(2);
      expect(forwarder.takeReturned()).to.equal(undefined);
      await world.sleep(400);
      expect(sent).to.have.length(2);
      expect([forwarder.count, returnedCount]).to.deep.equal([0, 1]);
      expect(forwarder.takeReturned()).to.equal(batch);
      expect(forwarder.takeReturned()).to.equal(undefined);
    }));

  it('has the same timeout for each batch, whenever it was sent', () =>
    world.run(async () => {
      forwarder.forward(ownBatch(1));
      await world.sleep(200);
      forwarder.forward(ownBatch(2));
      await world.sleep(100);
      expect(sent.map(({ number }) => number)).to.deep.equal([1, 2, 1]);
      // A retry lengthens its timeout.
      await world.sleep(410);
      expect(sent.map(({ number }) => number)).to.deep.equal([1, 2, 1, 2]);
    }));

  it('lengthens its timeout for a slow leader, and shortens it again', () =>
    world.run(async () => {
      forwarder.forward(ownBatch(1));
      await world.sleep(240);
      forwarder.onApplied(1);
      forwarder.forward(ownBatch(2));
      await world.sleep(700);
      expect(sent.map(({ number }) => number)).to.deep.equal([1, 2]);
      for (let number = 2; number < 50; number += 1) {
        forwarder.onApplied(number);
        forwarder.forward(ownBatch(number + 1));
      }
      await world.sleep(260);
      expect(sent.slice(-2).map(({ number }) => number)).to.deep.equal([50, 50]);
    }));

  it('returns a batch later while the log grows, but in bounded time', () =>
    world.run(async () => {
      const batch = ownBatch(1);
      forwarder.forward(batch);
      for (let ms = 0; ms < 3700; ms += 100) {
        forwarder.onProgress();
        await world.sleep(100);
      }
      expect(forwarder.takeReturned()).to.equal(undefined);
      for (let ms = 0; ms < 3000; ms += 100) {
        forwarder.onProgress();
        await world.sleep(100);
      }
      expect(sent).to.have.length(5);
      expect(forwarder.takeReturned()).to.equal(batch);
    }));

  it('resends no batch that was applied, or that no request awaits', () =>
    world.run(async () => {
      const batch = ownBatch(2);
      forwarder.forward(ownBatch(1));
      forwarder.forward(batch);
      forwarder.onApplied(1);
      for (const request of batch.requests) request.interrupt('over');
      await world.sleep(1000);
      expect(sent).to.have.length(2);
      expect(forwarder.takeReturned()).to.equal(undefined);
    }));

  it('reports free room when it drops a batch that no request awaits', () =>
    world.run(async () => {
      const batch = ownBatch(1);
      forwarder.forward(batch);
      for (const request of batch.requests) request.interrupt('over');
      await world.sleep(1000);
      expect([forwarder.count, returnedCount]).to.deep.equal([0, 1]);
    }));

  it('resends to a new leader immediately, in the order of creation', () => {
    forwarder.forward(ownBatch(1));
    forwarder.forward(ownBatch(2));
    leader = undefined;
    forwarder.onLeader();
    expect(sent).to.have.length(2);
    leader = 1;
    forwarder.onLeader();
    expect(sent.slice(2)).to.deep.equal([
      { to: 1, number: 1 },
      { to: 1, number: 2 },
    ]);
  });

  it('returns everything when this replica becomes the leader', () => {
    const batch = ownBatch(1);
    forwarder.forward(batch);
    leader = 0;
    forwarder.onLeader();
    expect(forwarder.takeReturned()).to.equal(batch);
    expect(forwarder.count).to.equal(0);
  });

  it('leaves no timer behind', () => {
    forwarder.forward(ownBatch(1));
    forwarder.stop();
    expect(forwarder.count).to.equal(0);
    expect(world.step()).to.equal(false);
    expect(sent).to.have.length(1);
  });

  it('forgets all when the state is replaced: nothing is sent again, nor returned', () =>
    world.run(async () => {
      forwarder.forward(ownBatch(1));
      await world.sleep(1000);
      forwarder.forward(ownBatch(2));
      forwarder.abandon();
      expect(forwarder.count).to.equal(0);
      expect(forwarder.takeReturned()).to.equal(undefined);
      await world.sleep(2000);
      expect(sent.map(({ number }) => number)).to.deep.equal([1, 1, 2]);
    }));

  it('takes no answer to a batch that was sent twice for the time that the leader takes', () =>
    world.run(async () => {
      // The answer may be one to the first copy.
      for (let number = 1; number <= 20; number += 1) {
        forwarder.forward(ownBatch(number));
        while (sent.filter((each) => each.number === number).length < 2) await world.sleep(10);
        forwarder.onApplied(number);
      }
      forwarder.forward(ownBatch(21));
      await world.sleep(1999);
      expect(sent.filter(({ number }) => number === 21)).to.have.length(1);
      await world.sleep(2);
      expect(sent.filter(({ number }) => number === 21)).to.have.length(2);
    }));

  it('gives a new leader as many tries as the last one had', () =>
    world.run(async () => {
      const batch = ownBatch(1);
      forwarder.forward(batch);
      await world.sleep(400);
      expect(sent).to.have.length(2);
      leader = 1;
      forwarder.onLeader();
      await world.sleep(10_000);
      expect(sent.map(({ to }) => to)).to.deep.equal([2, 2, 1, 1]);
      expect(forwarder.takeReturned()).to.equal(batch);
    }));

  it('sends a new leader nothing that no request awaits, and reports the room', () => {
    const batch = ownBatch(1);
    forwarder.forward(batch);
    forwarder.forward(ownBatch(2));
    for (const request of batch.requests) request.interrupt('over');
    leader = 1;
    forwarder.onLeader();
    expect(sent.slice(2)).to.deep.equal([{ to: 1, number: 2 }]);
    expect([forwarder.count, returnedCount]).to.deep.equal([1, 1]);
    expect(forwarder.takeReturned()).to.equal(undefined);
  });

  it('takes only what was applied after it was sent for a sign that it waits at the leader', () =>
    world.run(async () => {
      onSent = () => forwarder.onProgress();
      forwarder.forward(ownBatch(1));
      await world.sleep(10_000);
      expect(sent).to.have.length(2);
    }));

  it('returns no batch whose requests were given up after the leader had not taken it', () =>
    world.run(async () => {
      const batches = [ownBatch(1), ownBatch(2)];
      for (const batch of batches) forwarder.forward(batch);
      await world.sleep(10_000);
      for (const request of batches[0]?.requests ?? []) request.interrupt('over');
      expect(forwarder.takeReturned()).to.equal(batches[1]);
      expect(forwarder.takeReturned()).to.equal(undefined);
    }));

  it('returns batches in the order in which they were sent', () =>
    world.run(async () => {
      const batches = [ownBatch(1), ownBatch(2), ownBatch(3)];
      for (const batch of batches) forwarder.forward(batch);
      await world.sleep(10_000);
      for (const batch of batches) expect(forwarder.takeReturned()).to.equal(batch);
      expect(returnedCount).to.equal(3);
    }));
});
