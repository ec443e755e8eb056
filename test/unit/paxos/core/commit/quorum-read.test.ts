import { QuorumRead } from '@paxkv/paxos/internal/core/commit/quorum-read';
import { expect } from 'chai';
import { beginStep, constantDelays, mail } from '../steps.ts';

describe('QuorumRead', () => {
  const agreement = {
    votedUpTo: 3,
    knownUpTo: 2,
    noted: [] as number[],
    noteMax(seq: number): void {
      this.noted.push(seq);
    },
  };
  let read: QuorumRead;

  beforeEach(() => {
    agreement.votedUpTo = 3;
    agreement.noted = [];
    read = fresh(3);
  });

  function fresh(peerCount: number, draw = 0): QuorumRead {
    const random = { next: () => draw };
    return new QuorumRead({ me: 0, peerCount, delays: constantDelays(), random, agreement });
  }

  function begin(now = 0) {
    const step = beginStep(0, now);
    read.start(step);
    return step.effects;
  }

  function hear(from: number, id: number, readIndex: number): number | undefined {
    const step = beginStep();
    read.onReadIndexReply(from, { type: 'readIndexReply', id, readIndex, knownUpTo: -1 }, step);
    return step.effects.readIndex;
  }

  it('asks just enough peers for a quorum, different ones each time, and writes nothing', () => {
    const { sendNow, persist, readIndex } = begin();
    expect(mail(sendNow)).to.deep.equal([[2, { type: 'readIndex', id: 1 }]]);
    expect([persist, readIndex]).to.deep.equal([[], undefined]);
    expect(mail(begin().sendNow)).to.deep.equal([[1, { type: 'readIndex', id: 2 }]]);
  });

  it('asks all others if those do not answer soon, and asks them last from then on', () => {
    expect(begin().sendNow.map(({ to }) => to)).to.deep.equal([2]);
    const step = beginStep(0, 10);
    read.wake(step);
    expect(step.effects.sendNow.map(({ to }) => to)).to.deep.equal([1, 2]);
    expect(hear(1, 1, 4)).to.equal(4);
    for (let count = 0; count < 4; count += 1) {
      expect(begin(20).sendNow.map(({ to }) => to)).to.deep.equal([1]);
    }
    hear(2, 1, 4);
    const asked = [begin(30), begin(30)].flatMap(({ sendNow }) => sendNow.map(({ to }) => to));
    expect(asked).to.have.members([1, 2]);
  });

  it('ends with a quorum, at the highest answer, its own included', () => {
    begin();
    expect(hear(2, 1, 7)).to.equal(7);
    expect(agreement.noted).to.deep.equal([7]);
    begin();
    expect(hear(2, 2, -1)).to.equal(3);
  });

  it('ends once, and counts a peer once', () => {
    read = fresh(5);
    begin();
    expect([hear(1, 1, 4), hear(1, 1, 4), hear(2, 1, 5), hear(3, 1, 9)]).to.deep.equal([
      undefined,
      undefined,
      5,
      undefined,
    ]);
  });

  it('counts no answer to an earlier question, which knows nothing of what came between', () => {
    begin();
    begin();
    expect(hear(1, 1, 9)).to.equal(undefined);
    expect(hear(1, 2, 9)).to.equal(9);
  });

  it('counts no answer to a question of an earlier run of its peer', () => {
    begin();
    read = fresh(3, 0.25);
    const { sendNow } = begin();
    expect(hear(1, 1, 9)).to.equal(undefined);
    const asked = sendNow[0]?.message;
    expect(asked?.type === 'readIndex' && hear(1, asked.id, 9)).to.equal(9);
  });

  it('counts no answer of an earlier incarnation', () => {
    read = fresh(5);
    begin();
    hear(1, 1, 4);
    read.discardAnswersOf(1);
    expect(hear(2, 1, 4)).to.equal(undefined);
    expect(hear(3, 1, 4)).to.equal(4);
  });

  it('asks those peers again that did not answer', () => {
    read = fresh(5);
    begin();
    hear(1, 1, 4);
    const wakeAt = read.wakeAt() ?? 0;
    const early = beginStep(0, wakeAt - 1);
    read.wake(early);
    expect(early.effects.sendNow).to.deep.equal([]);
    const step = beginStep(0, wakeAt);
    read.wake(step);
    expect(step.effects.sendNow.map(({ to }) => to)).to.deep.equal([2, 3, 4]);
    hear(2, 1, 4);
    expect(read.wakeAt()).to.equal(undefined);
  });

  it('asks those peers again that did not answer, until a quorum did', () => {
    read = fresh(5);
    begin();
    hear(1, 1, 4);
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const step = beginStep(0, read.wakeAt());
      read.wake(step);
      expect(step.effects.sendNow.map(({ to }) => to)).to.deep.equal([2, 3, 4]);
    }
    hear(2, 1, 4);
    expect(read.wakeAt()).to.equal(undefined);
  });

  it('gives those that it asked first ten milliseconds, and then waits as long as for any answer', () => {
    begin(1000);
    const waits: number[] = [];
    for (let now = 1000; waits.length < 4; ) {
      const wakeAt = read.wakeAt() ?? 0;
      waits.push(wakeAt - now);
      now = wakeAt;
      read.wake(beginStep(0, now));
    }
    expect(waits).to.deep.equal([10, 100, 200, 400]);
  });

  it('numbers its questions from a random start, of up to 2 ** 48', () => {
    for (const [draw, id] of [
      [0, 1],
      [0.5, 2 ** 47 + 1],
      [1 - Number.EPSILON / 2, 2 ** 48],
    ] as const) {
      read = fresh(3, draw);
      expect(begin().sendNow[0]?.message).to.deep.equal({ type: 'readIndex', id });
    }
  });

  it('asks every peer but itself, whichever it is', () => {
    for (const me of [0, 1, 2]) {
      const random = { next: () => 0 };
      read = new QuorumRead({ me, peerCount: 3, delays: constantDelays(), random, agreement });
      begin();
      const step = beginStep(me, 10);
      read.wake(step);
      const others = [0, 1, 2].filter((peer) => peer !== me);
      expect(step.effects.sendNow.map(({ to }) => to)).to.deep.equal(others);
    }
  });

  it('asks those last that did not answer in time, and not those that did', () => {
    read = fresh(5);
    expect(begin().sendNow.map(({ to }) => to)).to.deep.equal([2, 3]);
    hear(2, 1, 4);
    read.wake(beginStep(0, 10));
    hear(1, 1, 4);
    for (let count = 0; count < 4; count += 1) {
      expect(begin(20).sendNow.map(({ to }) => to)).to.not.include(3);
    }
    const asked = [begin(30), begin(30), begin(30)].flatMap(({ sendNow }) => sendNow);
    expect(asked.map(({ to }) => to)).to.include(2);
  });

  it('is its own quorum where it is alone', () => {
    read = fresh(1);
    expect(begin().readIndex).to.equal(3);
  });

  it('answers how far it voted, and how far it knows every decision', () => {
    agreement.votedUpTo = 12;
    const step = beginStep();
    read.onReadIndex(2, { type: 'readIndex', id: 8 }, step);
    const answer = { type: 'readIndexReply', id: 8, readIndex: 12, knownUpTo: 2 };
    expect(mail(step.effects.sendNow)).to.deep.equal([[2, answer]]);
  });
});
