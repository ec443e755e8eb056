import { Incarnations } from '@paxkv/paxos/internal/core/recovery/incarnations';
import { expect } from 'chai';
import { beginStep } from '../steps.ts';

describe('Lives', () => {
  let incarnations: Incarnations;

  beforeEach(() => {
    incarnations = new Incarnations(0, 3);
  });

  function admit(incarnation: number, attempt: number, from = 1) {
    const { outbox, effects } = beginStep();
    const admission = incarnations.admit(from, { type: 'admit', incarnation, attempt }, outbox);
    return { admission, writes: effects.persist };
  }

  it('counts nothing that was said in an incarnation that is over', () => {
    expect(
      incarnations.isStale(1, { incarnations: [0, 0, 0], writeIndex: 9, acknowledgedIndex: 0 }),
    ).to.equal(false);
    admit(1, 7);
    expect(
      incarnations.isStale(1, { incarnations: [0, 0, 0], writeIndex: 9, acknowledgedIndex: 0 }),
    ).to.equal(true);
    expect(
      incarnations.isStale(1, { incarnations: [0, 1, 0], writeIndex: 1, acknowledgedIndex: 0 }),
    ).to.equal(false);
  });

  it('learns of a new incarnation from anybody, and tells of it once', () => {
    const mark = { incarnations: [0, 4, 0], writeIndex: 2, acknowledgedIndex: 0 };
    expect(incarnations.observe(2, mark)).to.deep.equal([1]);
    expect(incarnations.observe(2, mark)).to.deep.equal([]);
    expect(incarnations.mark(2, 0).incarnations).to.deep.equal([0, 4, 0]);
    expect(
      incarnations.isStale(1, { incarnations: [0, 3, 0], writeIndex: 2, acknowledgedIndex: 0 }),
    ).to.equal(true);
  });

  it('does not let others say which incarnation it leads itself', () => {
    expect(
      incarnations.observe(2, { incarnations: [9, 0, 0], writeIndex: 0, acknowledgedIndex: 0 }),
    ).to.deep.equal([]);
    expect(incarnations.own).to.equal(0);
  });

  it('tells each peer how far it was heard, in its latest incarnation only', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 5, acknowledgedIndex: 0 });
    expect(incarnations.mark(1, 0).acknowledgedIndex).to.equal(8);
    expect(incarnations.mark(2, 0).acknowledgedIndex).to.equal(0);
    admit(1, 7);
    expect(incarnations.mark(1, 0).acknowledgedIndex).to.equal(0);
  });

  it('records a new incarnation durably, and says the same to a repeated request', () => {
    const first = admit(1, 7);
    expect(first.admission).to.deep.equal({ incarnation: 1, attempt: 7, isNew: true });
    expect(first.writes.map(({ type }) => type)).to.deep.equal(['peerRecords']);
    const again = admit(1, 7);
    expect(again.admission).to.deep.equal(first.admission);
    expect(again.writes).to.deep.equal([]);
  });

  it('gives no incarnation twice, nor one below the latest heard of', () => {
    admit(1, 7);
    expect(admit(1, 8).admission).to.equal(undefined);
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 0, acknowledgedIndex: 0 });
    expect(admit(4, 8).admission).to.equal(undefined);
    expect(incarnations.latest(1)).to.equal(5);
    expect(admit(6, 8).admission).to.deep.equal({ incarnation: 6, attempt: 8, isNew: false });
  });

  it('does not take for new whom it knows by hearsay in another incarnation only', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('does not take for new who led two incarnations, though both are known by hearsay only', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    incarnations.observe(2, { incarnations: [0, 6, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('takes for new whose first incarnation others told of before it asked', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 5, 0], writeIndex: 2, acknowledgedIndex: 0 });
    expect(admit(5, 7).admission?.isNew).to.equal(true);
  });

  it('does not take for new who had memory from the start', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(1, 7).admission?.isNew).to.equal(false);
  });

  it('remembers the others over a restart, and not what they knew of itself', () => {
    admit(3, 7);
    incarnations.observe(2, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    const { outbox, effects } = beginStep();
    incarnations.persist(outbox);
    const restored = new Incarnations(0, 3);
    restored.startOwn(2);
    for (const write of effects.persist) if (write.type === 'peerRecords') restored.restore(write);
    expect(restored.mark(2, 0)).to.deep.equal({
      incarnations: [2, 3, 0],
      writeIndex: 0,
      acknowledgedIndex: 8,
    });
  });

  it('rides with a write only when there is news', () => {
    const note = () => {
      const { outbox, effects } = beginStep();
      incarnations.note(outbox);
      return effects.note.length;
    };
    expect(note()).to.equal(0);
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    expect([note(), note()]).to.deep.equal([1, 0]);
  });
});
