import { DecisionQueue, isMeeting } from '@paxkv/kvserver/internal/replica/apply/decision-queue';
import { expect } from 'chai';
import fc from 'fast-check';

function decision(seq: number, bytes = 1) {
  return { seq, value: new Uint8Array(bytes) };
}

function takeAll(queue: DecisionQueue): number[] {
  return queue.takeRun().decisions.map(({ seq }) => seq);
}

describe('DecisionQueue', () => {
  it('returns decisions in order of their instances, in any order of arrival', () => {
    const order = fc.shuffledSubarray([...Array(40).keys()], { minLength: 40 });
    fc.assert(
      fc.property(order, (seqs) => {
        const queue = new DecisionQueue(0);
        const taken: number[] = [];
        for (const seq of seqs) {
          queue.add(decision(seq));
          taken.push(...takeAll(queue));
        }
        expect(taken).to.deep.equal([...Array(40).keys()]);
      }),
    );
  });

  it('returns nothing above a gap', () => {
    const queue = new DecisionQueue(5);
    queue.add(decision(6));
    queue.add(decision(7));
    expect(queue.isEmpty).to.equal(true);
    expect(takeAll(queue)).to.deep.equal([]);
    queue.add(decision(5));
    expect(queue.isEmpty).to.equal(false);
    expect(takeAll(queue)).to.deep.equal([5, 6, 7]);
  });

  it('ignores an instance that was applied already', () => {
    const queue = new DecisionQueue(5);
    queue.add(decision(4));
    expect(queue.isEmpty).to.equal(true);
  });

  it('ends a run after 64 instances, and reports that more may be ready', () => {
    const queue = new DecisionQueue(0);
    for (let seq = 0; seq < 65; seq += 1) queue.add(decision(seq, 3));
    const { decisions, bytes, isFull } = queue.takeRun();
    expect([decisions.length, bytes, isFull]).to.deep.equal([64, 192, true]);
    expect(takeAll(queue)).to.deep.equal([64]);
  });

  it('ends a run at every 4096th instance, where all replicas can compare their states', () => {
    expect([4094, 4095, 4096, 8191].filter(isMeeting)).to.deep.equal([4095, 8191]);
    const queue = new DecisionQueue(4090);
    for (let seq = 4090; seq < 4110; seq += 1) queue.add(decision(seq));
    expect(takeAll(queue).at(-1)).to.equal(4095);
    expect(takeAll(queue)).to.have.length(14);
  });

  it('ends a run once its values reach 256 KiB, and reports that more may be ready', () => {
    const queue = new DecisionQueue(0);
    const half = 128 * 1024;
    for (let seq = 0; seq < 3; seq += 1) queue.add(decision(seq, half));
    const { decisions, isFull } = queue.takeRun();
    expect([decisions.map(({ seq }) => seq), isFull]).to.deep.equal([[0, 1], true]);
    const rest = queue.takeRun();
    expect([rest.decisions.map(({ seq }) => seq), rest.isFull]).to.deep.equal([[2], false]);
  });

  it('continues above a state that came from another replica', () => {
    const queue = new DecisionQueue(0);
    for (const seq of [0, 1, 3, 9, 10, 12]) queue.add(decision(seq));
    queue.skipTo(9);
    expect(takeAll(queue)).to.deep.equal([9, 10]);
    queue.add(decision(11));
    expect(takeAll(queue)).to.deep.equal([11, 12]);
  });

  it('knows the bytes of what waits in it', () => {
    const queue = new DecisionQueue(0);
    for (const seq of [0, 1, 3, 5]) queue.add(decision(seq, 10));
    expect(queue.bytes).to.equal(40);
    expect(takeAll(queue)).to.deep.equal([0, 1]);
    expect(queue.bytes).to.equal(20);
    queue.add(decision(0, 10));
    queue.skipTo(4);
    expect(queue.bytes).to.equal(10);
    queue.add(decision(4, 10));
    expect(takeAll(queue)).to.deep.equal([4, 5]);
    expect(queue.bytes).to.equal(0);
  });

  for (const [count, bytesEach, isFull] of [
    [63, 1, false],
    [64, 1, true],
    [1, 256 * 1024 - 1, false],
    [1, 256 * 1024, true],
  ] as const) {
    it(`calls a run of ${count} with ${bytesEach} bytes each ${isFull ? '' : 'not '}full`, () => {
      const queue = new DecisionQueue(0);
      for (let seq = 0; seq < count; seq += 1) queue.add(decision(seq, bytesEach));
      expect(queue.takeRun().isFull).to.equal(isFull);
    });
  }

  it('knows the lowest instance of which no decision has come', () => {
    const queue = new DecisionQueue(5);
    expect(queue.next).to.equal(5);
    for (const seq of [5, 6, 8]) queue.add(decision(seq));
    expect(queue.next).to.equal(7);
    takeAll(queue);
    expect(queue.next).to.equal(7);
    queue.add(decision(7));
    expect(queue.next).to.equal(9);
    queue.skipTo(20);
    expect([queue.next, queue.isEmpty]).to.deep.equal([20, true]);
  });

  it('counts the bytes of each decision once, however often the state is replaced', () => {
    const queue = new DecisionQueue(0);
    for (const seq of [1, 0, 5, 7]) queue.add(decision(seq, 10));
    takeAll(queue);
    expect(queue.bytes).to.equal(20);
    for (const [seq, bytes] of [
      [2, 20],
      [6, 10],
      [7, 10],
      [9, 0],
      [10, 0],
    ] as const) {
      queue.skipTo(seq);
      expect(queue.bytes, `above ${seq}`).to.equal(bytes);
    }
  });

  it('keeps what it has where the state was not replaced after all', () => {
    const queue = new DecisionQueue(0);
    for (const seq of [0, 1, 2, 4]) queue.add(decision(seq, 10));
    queue.skipTo(0);
    expect([queue.next, queue.bytes]).to.deep.equal([3, 40]);
    expect(takeAll(queue)).to.deep.equal([0, 1, 2]);
    queue.add(decision(3, 10));
    expect(takeAll(queue)).to.deep.equal([3, 4]);
    expect(queue.bytes).to.equal(0);
  });
});
