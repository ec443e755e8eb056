import { CatchUp } from '@paxkv/kvserver/internal/replica/catch-up/catch-up';
import { type LogWindow, noLogWindow } from '@paxkv/kvserver/internal/replica/catch-up/log-window';
import type { StateMessage } from '@paxkv/kvserver/internal/replica/ports';
import { noop } from '@paxkv/kvserver/internal/state-machine/batch';
import { thisVersion } from '@paxkv/kvserver/internal/state-machine/features';
import { Values } from '@paxkv/kvserver/internal/state-machine/values';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';
import { memoryLevel } from '../../state-machine/fixtures.ts';

/** The catch-up of node 0 of three; the test is what it knows, and the other nodes. */
class Subject {
  readonly world = new World({ seed: 1 });
  readonly sent: { to: number; message: StateMessage }[] = [];
  readonly calls: string[] = [];
  readonly trims: { everyPeerMin: number; keepFrom: number }[] = [];
  readonly known = { floor: 0, proposalFloor: 0, min: 0, everyPeerMin: 0, canLearn: false };
  readonly state = { applied: 9, durable: 9, next: 10, flush: async () => {} };
  readonly decisions: number[] = [];
  isClosed = false;
  /** How other nodes answer to a search of the log, and to a question for a state. */
  isHeld = false;
  othersApplied = 9;
  receive: (from: number, message: StateMessage) => void = () => {};
  readonly catchUp: CatchUp;

  constructor(window: Partial<LogWindow> = {}) {
    const { known, world } = this;
    this.catchUp = new CatchUp({
      ...{ me: 0, peerCount: 3, clock: world.clock, random: world.random('catch-up') },
      paxos: {
        floor: () => known.floor,
        proposalFloor: () => known.proposalFloor,
        min: () => known.min,
        everyPeerMin: () => known.everyPeerMin,
        canLearn: () => known.canLearn,
        status: () => ({ fate: 'forgotten' }),
        leader: () => undefined,
      },
      state: this.state,
      transfer: {
        port: {
          open: (receive) => {
            this.receive = receive;
          },
          send: (to, message) => {
            this.sent.push({ to, message });
            queueMicrotask(() => this.#answer(to, message));
          },
          close: () => {
            this.isClosed = true;
          },
        },
        replace: async (fill) => {
          await fill(memoryLevel());
          return memoryLevel();
        },
      },
      window: {
        ...noLogWindow,
        start: (min) => this.calls.push(`window from ${min}`),
        trim: (needed) => this.trims.push(needed),
        ...window,
      },
      level: memoryLevel(),
      values: new Values(thisVersion),
      onDecision: ({ seq }) => this.decisions.push(seq),
      onRepair: async () => void this.calls.push('repair'),
      onRepaired: () => this.calls.push('repaired'),
      onKept: () => this.calls.push('kept'),
      onFailed: (error) => this.calls.push(String(error)),
    });
  }

  #answer(from: number, message: StateMessage): void {
    if (this.isClosed) return;
    if (message.type === 'findLog') {
      const { transfer } = message;
      this.receive(from, { type: 'logFound', transfer, isHeld: this.isHeld });
    }
    if (message.type === 'fetch') {
      const { transfer, attempt, page } = message;
      const empty = { rows: [], isLast: false, total: 1, applied: this.othersApplied };
      this.receive(from, { type: 'page', transfer, attempt, page, ...empty });
    }
  }

  sentCount(type: StateMessage['type']): number {
    return this.sent.filter(({ message }) => message.type === type).length;
  }

  async run(act: (subject: Subject) => Promise<void>): Promise<void> {
    await this.world.run(async () => {
      this.catchUp.start();
      await act(this);
      await this.catchUp.stop();
    });
  }
}

describe('CatchUp', () => {
  it('asks nobody while what it needs next may be in the memory of some peer', () =>
    new Subject().run(async ({ known, state, world, sent }) => {
      await world.sleep(500);
      known.floor = 10;
      await world.sleep(500);
      known.floor = 11;
      known.canLearn = true;
      await world.sleep(500);
      state.next = 11;
      known.canLearn = false;
      await world.sleep(500);
      expect(sent).to.deep.equal([]);
    }));

  it('looks five times a second, and trims the window each time by what is needed', () =>
    new Subject().run(async ({ known, world, trims, sent }) => {
      expect(trims).to.deep.equal([{ everyPeerMin: 0, keepFrom: Number.POSITIVE_INFINITY }]);
      known.everyPeerMin = 4;
      await world.sleep(601);
      expect(trims).to.have.length(4);
      expect(trims.at(-1)?.everyPeerMin).to.equal(4);
      known.floor = 11;
      await world.sleep(198);
      expect(sent).to.deep.equal([]);
      await world.sleep(2);
      expect(sent.length).to.be.above(0);
    }));

  it('begins the window where the log in memory begins, before it is joined', () => {
    expect(new Subject().calls).to.deep.equal(['window from 0']);
  });

  it('takes the log where somebody has it, and goes on serving', () => {
    const subject = new Subject();
    subject.isHeld = true;
    subject.known.floor = 13;
    return subject.run(
      async ({ catchUp, world, sent, receive, state, decisions, calls, known }) => {
        await world.sleep(10);
        expect(catchUp.isRepairing).to.equal(false);
        const asked = sent.at(-1);
        if (asked?.message.type !== 'fetchLog') return expect.fail('it did not ask for the log');
        expect(asked.message.seq).to.equal(10);
        expect(catchUp.progress).to.include({ tier: 'log', from: asked.to, received: 0 });
        const { transfer } = asked.message;
        const page = { type: 'logPage', transfer, applied: 12 } as const;
        receive(asked.to, { ...page, seq: 10, values: [noop, noop, noop] });
        expect(decisions).to.deep.equal([10, 11, 12]);
        [state.applied, state.next, known.floor] = [12, 13, 13];
        catchUp.onApplied();
        receive(asked.to, { ...page, seq: 13, values: [] });
        await world.sleep(1000);
        expect(catchUp.progress).to.equal(undefined);
        expect(calls).to.deep.equal(['window from 0']);
      },
    );
  });

  it('searches anew where a source refuses, until it is not behind any more', () => {
    const subject = new Subject();
    subject.isHeld = true;
    subject.known.floor = 13;
    return subject.run(async ({ world, sent, receive, known }) => {
      for (let count = 1; count <= 3; count += 1) {
        await world.sleep(10);
        const asked = sent.findLast(({ message }) => message.type === 'fetchLog');
        if (asked?.message.type !== 'fetchLog') return expect.fail('it did not ask for the log');
        expect(subject.sentCount('fetchLog')).to.equal(count);
        if (count === 3) known.canLearn = true;
        const { transfer } = asked.message;
        receive(asked.to, { type: 'refused', transfer, reason: 'it is gone' });
      }
      await world.sleep(1000);
      expect(subject.sentCount('fetchLog')).to.equal(3);
    });
  });

  it('keeps its state where no quorum has a newer one, and does not ask again for ten seconds', () => {
    const subject = new Subject();
    subject.known.floor = 11;
    return subject.run(async ({ world, calls, catchUp }) => {
      await world.sleep(1000);
      expect(calls).to.deep.equal(['window from 0', 'repair', 'kept']);
      expect([catchUp.isRepairing, catchUp.lastAttempt]).to.deep.equal([false, undefined]);
      await world.sleep(9000);
      expect(calls).to.have.length(3);
      await world.sleep(1500);
      expect(calls).to.deep.equal(['window from 0', 'repair', 'kept', 'repair', 'kept']);
    });
  });

  it('does not rest where it may not even propose up to there', () => {
    const subject = new Subject();
    subject.known.floor = 11;
    return subject.run(async ({ world, calls, known }) => {
      await world.sleep(1000);
      expect(calls).to.have.length(3);
      known.proposalFloor = 10;
      await world.sleep(1000);
      expect(calls).to.have.length(3);
      known.proposalFloor = 11;
      await world.sleep(1000);
      expect(calls.slice(3, 5)).to.deep.equal(['repair', 'kept']);
    });
  });

  it('does not replace its state if it learned meanwhile how to go on', () => {
    const subject = new Subject();
    subject.known.floor = 11;
    return subject.run(async ({ world, calls, known, sent }) => {
      while (sent.length === 0) await Promise.resolve();
      known.canLearn = true;
      await world.sleep(3000);
      expect(calls).to.deep.equal(['window from 0']);
    });
  });

  it('serves nothing while its state lacks what it was done with, and never keeps such a state', () => {
    const subject = new Subject();
    Object.assign(subject.known, { floor: 12, min: 11 });
    expect(subject.catchUp.isRepairing).to.equal(true);
    return subject.run(async ({ world, calls, catchUp, known }) => {
      await world.sleep(8000);
      expect(calls).to.deep.equal(['window from 0', 'repair']);
      expect(catchUp.lastAttempt).to.match(/is at instance 9 itself/);
      known.min = 10;
      expect(catchUp.isRepairing).to.equal(true);
    });
  });

  it('counts as whole where the state has all up to what the log begins with', () => {
    const { catchUp, known } = new Subject();
    known.min = 10;
    expect(catchUp.isRepairing).to.equal(false);
    known.min = 11;
    expect(catchUp.isRepairing).to.equal(true);
  });

  it('is at rest once it has stopped, wherever it was', async () => {
    for (const ms of [0, 1, 5, 250, 700]) {
      for (const isHeld of [true, false]) {
        const subject = new Subject();
        subject.known.floor = 13;
        subject.isHeld = isHeld;
        await subject.run(({ world }) => world.sleep(ms));
        const { sent, trims } = subject;
        const counts = [sent.length, trims.length];
        expect(subject.isClosed).to.equal(true);
        await subject.world.run(() => subject.world.sleep(20_000));
        expect([sent.length, trims.length]).to.deep.equal(counts);
      }
    }
  });
});
