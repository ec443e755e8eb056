import { GapFiller } from '@paxkv/kvserver/internal/replica/apply/gap-filler';
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import type { Status } from '@paxkv/paxos';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

/** A log with some decided instances, as one node sees it. */
function logOf({ max, decided = [], inFlight = [], jitter }: Log) {
  const world = new World({ seed: 1 });
  const random = world.random('gap filler');
  /** What was done when, with repetitions. */
  const events: string[] = [];
  const started: number[] = [];
  const asked: number[] = [];
  const log: { next: number; max: number; decided: Set<number>; leader: number | undefined } = {
    ...{ next: 0, max, decided: new Set(decided), leader: undefined },
  };
  const paxos = {
    leader: () => log.leader,
    requestDecisions: (seq: number) => {
      events.push(`${world.now()} ask ${seq}`);
      if (!asked.includes(seq)) asked.push(seq);
    },
    max: () => log.max,
    start: (seq: number, value: Uint8Array) => {
      expect(value).to.equal(noop);
      events.push(`${world.now()} fill ${seq}`);
      if (!started.includes(seq)) started.push(seq);
    },
    status: (seq: number): Status<Uint8Array> =>
      log.decided.has(seq) ? { fate: 'decided', value: noop } : { fate: 'pending' },
  };
  const gapFiller = new GapFiller({
    me: 0,
    paxos,
    clock: world.clock,
    random: jitter === undefined ? random : { next: () => jitter },
    state: {
      get applied() {
        return log.next - 1;
      },
    },
    writes: { isInFlight: (seq) => inFlight.includes(seq) },
  });
  return { world, gapFiller, started, asked, events, log };
}

interface Log {
  max: number;
  decided?: number[];
  inFlight?: number[];
  /** The share of the longest random delay. Default: drawn. */
  jitter?: number;
}

describe('GapFiller', () => {
  it('fills an instance that stays undecided, after a delay and not before', async () => {
    const { world, gapFiller, started } = logOf({ max: 4, decided: [3] });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(140);
      expect(started).to.deep.equal([]);
      await world.sleep(300);
      expect(started).to.deep.equal([0, 1, 2, 4]);
      gapFiller.stop();
    });
  });

  it('asks the leader first, and fills the gap itself after a limit', async () => {
    const { world, gapFiller, started, asked, log } = logOf({ max: 1 });
    await world.run(async () => {
      log.leader = 1;
      gapFiller.check();
      await world.sleep(140);
      expect(asked).to.deep.equal([]);
      await world.sleep(1260);
      expect([asked, started]).to.deep.equal([[1], []]);
      await world.sleep(400);
      expect(started).to.deep.equal([0, 1]);
      gapFiller.stop();
    });
  });

  it('asks the others soon for all it lacks if no leader is known', async () => {
    const { world, gapFiller, started, asked } = logOf({ max: 3 });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(9);
      expect(asked).to.deep.equal([]);
      await world.sleep(2);
      expect([asked, started]).to.deep.equal([[3], []]);
      gapFiller.stop();
    });
  });

  it('stops waiting for a leader that has gone', async () => {
    const { world, gapFiller, started, log } = logOf({ max: 1 });
    await world.run(async () => {
      log.leader = 1;
      gapFiller.check();
      await world.sleep(500);
      log.leader = undefined;
      await world.sleep(200);
      expect(started).to.deep.equal([0, 1]);
      gapFiller.stop();
    });
  });

  it('leaves its own pending batch alone', async () => {
    const { world, gapFiller, started } = logOf({ max: 2, inFlight: [0, 1] });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(500);
      expect(started).to.deep.equal([2]);
      gapFiller.stop();
    });
  });

  it('does nothing while the next instance is unknown or decided', async () => {
    const { world, gapFiller, started, log } = logOf({ max: -1 });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(1000);
      log.max = 1;
      log.decided.add(0);
      await world.sleep(1000);
      expect(started).to.deep.equal([]);
      gapFiller.stop();
    });
  });

  it('finds a log gap without a decision above it', async () => {
    const { world, gapFiller, started, log } = logOf({ max: -1 });
    await world.run(async () => {
      gapFiller.check();
      log.max = 0;
      await world.sleep(1000);
      expect(started).to.deep.equal([0]);
      gapFiller.stop();
    });
  });

  it('restarts its delay with each log gap', async () => {
    const { world, gapFiller, started, log } = logOf({ max: 3 });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(140);
      log.next = 2;
      gapFiller.check();
      await world.sleep(140);
      expect(started).to.deep.equal([]);
      gapFiller.stop();
    });
  });

  it('asks no other replica if this one leads', async () => {
    const { world, gapFiller, started } = logOf({ max: 3, decided: [1], inFlight: [2] });
    await world.run(async () => {
      gapFiller.fillNow();
      expect(started).to.deep.equal([0, 3]);
      gapFiller.stop();
      gapFiller.fillNow();
      expect(started).to.deep.equal([0, 3]);
    });
  });

  it('fills a long gap at once if this replica leads, a part at a time', async () => {
    const { world, gapFiller, started, log } = logOf({ max: 5000 });
    await world.run(async () => {
      log.leader = 0;
      gapFiller.check();
      expect(started).to.deep.equal(Array.from({ length: 1024 }, (_, seq) => seq));
      log.next = 1024;
      gapFiller.check();
      expect(started).to.have.length(2048);
      log.leader = 1;
      log.next = 2048;
      gapFiller.check();
      expect(started).to.have.length(2048);
      gapFiller.stop();
    });
  });

  it('is silent once stopped', async () => {
    const { world, gapFiller, started, events } = logOf({ max: 3 });
    await world.run(async () => {
      gapFiller.check();
      gapFiller.stop();
      await world.sleep(1000);
      gapFiller.check();
      gapFiller.fillNow();
      await world.sleep(1000);
      expect([started, events]).to.deep.equal([[], []]);
    });
  });

  for (const [leader, jitter, askMs, fillMs] of [
    [undefined, 0, 10, 150],
    [undefined, 0.5, 10, 200],
    [0, 0.5, 10, 200],
    [1, 0, 150, 1500],
    [1, 1, 150, 1650],
  ] as const) {
    it(`asks every ${askMs} ms and fills after ${fillMs}: the leader is ${leader}`, async () => {
      const { world, gapFiller, events, log } = logOf({ max: 2, decided: [1], jitter });
      await world.run(async () => {
        log.leader = leader;
        gapFiller.check();
        await world.sleep(fillMs + 1);
        gapFiller.stop();
        const askCount = Math.ceil(fillMs / askMs) - 1;
        expect(events).to.deep.equal([
          ...Array.from({ length: askCount }, (_, index) => `${(index + 1) * askMs} ask 2`),
          ...[`${fillMs} fill 0`, `${fillMs} fill 2`],
        ]);
      });
    });
  }

  it('looks again after 200 ms without a gap, and at once where it is told', async () => {
    const { world, gapFiller, events, log } = logOf({ max: -1, jitter: 0 });
    await world.run(async () => {
      for (let count = 0; count < 3; count += 1) gapFiller.check();
      await world.sleep(100);
      gapFiller.check();
      await world.sleep(50);
      log.max = 0;
      await world.sleep(50 + 11);
      expect(events).to.deep.equal(['210 ask 0']);
      log.next = 1;
      log.max = 1;
      gapFiller.check();
      await world.sleep(11);
      expect(events).to.deep.equal(['210 ask 0', '221 ask 1']);
      gapFiller.stop();
    });
  });

  it('asks in time for a gap that comes up while it waits for one', async () => {
    const { world, gapFiller, events, log } = logOf({ max: -1, jitter: 0 });
    await world.run(async () => {
      gapFiller.check();
      await world.sleep(5);
      log.max = 0;
      gapFiller.check();
      await world.sleep(11);
      expect(events).to.deep.equal(['15 ask 0']);
      gapFiller.stop();
    });
  });

  it('fills 64 instances at a time, from the first one that is not applied', async () => {
    const { world, gapFiller, started, log } = logOf({ max: 200, jitter: 0 });
    await world.run(async () => {
      log.next = 10;
      gapFiller.fillNow();
      const filled = Array.from({ length: 64 }, (_, index) => 10 + index);
      expect(started).to.deep.equal(filled);
      log.next = 100;
      gapFiller.check();
      await world.sleep(151);
      expect(started.slice(64)).to.deep.equal(filled.map((seq) => seq + 90));
      gapFiller.stop();
    });
  });

  it('calls a gap long from 1024 instances on', async () => {
    for (const [next, max, count] of [
      [0, 1023, 0],
      [0, 1024, 1024],
      [600, 1623, 0],
      [600, 1624, 1024],
    ] as const) {
      const { gapFiller, started, log } = logOf({ max });
      log.leader = 0;
      log.next = next;
      gapFiller.check();
      expect(started).to.have.length(count);
      gapFiller.stop();
    }
  });

  it('has one timer, and none once it has stopped', async () => {
    const { world, gapFiller, log } = logOf({ max: -1 });
    await world.run(async () => {
      let timerCount = 0;
      const { at } = world.clock;
      world.clock.at = (atMs, callback) => {
        timerCount += 1;
        const cancel = at.call(world.clock, atMs, () => {
          timerCount -= 1;
          callback();
        });
        return () => {
          timerCount -= 1;
          cancel();
        };
      };
      for (const max of [-1, 3, 3]) {
        log.max = max;
        gapFiller.check();
        await world.sleep(7);
        expect(timerCount).to.equal(1);
      }
      gapFiller.stop();
      expect(timerCount).to.equal(0);
    });
  });
});
