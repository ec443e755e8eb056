import { Incarnations } from '@paxkv/paxos/internal/core/recovery/incarnations';
import { expect } from 'chai';
import { beginStep } from '../steps.ts';

describe('Incarnations', () => {
  let incarnations: Incarnations;

  beforeEach(() => {
    incarnations = new Incarnations(0, 3);
  });

  function admit(incarnation: number, attempt: number, from = 1) {
    const step = beginStep();
    const admission = incarnations.admit(from, { type: 'admit', incarnation, attempt }, step);
    return { admission, writes: step.effects.persist };
  }

  it('finds a mark of an earlier incarnation stale', () => {
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

  it('learns of a new incarnation from any peer, and reports it once', () => {
    const mark = { incarnations: [0, 4, 0], writeIndex: 2, acknowledgedIndex: 0 };
    expect(incarnations.observe(2, mark)).to.deep.equal([1]);
    expect(incarnations.observe(2, mark)).to.deep.equal([]);
    expect(incarnations.mark(2, 0).incarnations).to.deep.equal([0, 4, 0]);
    expect(
      incarnations.isStale(1, { incarnations: [0, 3, 0], writeIndex: 2, acknowledgedIndex: 0 }),
    ).to.equal(true);
  });

  it('does not let others change its own incarnation', () => {
    expect(
      incarnations.observe(2, { incarnations: [9, 0, 0], writeIndex: 0, acknowledgedIndex: 0 }),
    ).to.deep.equal([]);
    expect(incarnations.own).to.equal(0);
  });

  it('acknowledges to each peer the writes of its latest incarnation only', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 5, acknowledgedIndex: 0 });
    expect(incarnations.mark(1, 0).acknowledgedIndex).to.equal(8);
    expect(incarnations.mark(2, 0).acknowledgedIndex).to.equal(0);
    admit(1, 7);
    expect(incarnations.mark(1, 0).acknowledgedIndex).to.equal(0);
  });

  it('records a new incarnation durably, and answers a repeated request the same', () => {
    const first = admit(1, 7);
    expect(first.admission).to.deep.equal({ incarnation: 1, attempt: 7, isNew: true });
    expect(first.writes.map(({ type }) => type)).to.deep.equal(['peerRecords']);
    const again = admit(1, 7);
    expect(again.admission).to.deep.equal(first.admission);
    expect(again.writes).to.deep.equal([]);
  });

  it('admits no incarnation twice, nor one below the latest known', () => {
    admit(1, 7);
    expect(admit(1, 8).admission).to.equal(undefined);
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 0, acknowledgedIndex: 0 });
    expect(admit(4, 8).admission).to.equal(undefined);
    expect(incarnations.latest(1)).to.equal(5);
    expect(admit(6, 8).admission).to.deep.equal({ incarnation: 6, attempt: 8, isNew: false });
  });

  it('does not call a peer new if others told of another incarnation', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('does not call a peer new if others told of two incarnations', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    incarnations.observe(2, { incarnations: [0, 6, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(6, 7).admission?.isNew).to.equal(false);
  });

  it('calls a peer new whose first incarnation others told of before it asked', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 5, 0], writeIndex: 2, acknowledgedIndex: 0 });
    expect(admit(5, 7).admission?.isNew).to.equal(true);
  });

  it('does not call a peer new that had memory from the start', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 1, acknowledgedIndex: 0 });
    expect(admit(1, 7).admission?.isNew).to.equal(false);
  });

  it('remembers the others over a restart, and not what they knew of it', () => {
    admit(3, 7);
    incarnations.observe(2, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    const step = beginStep();
    incarnations.persist(step);
    const restored = new Incarnations(0, 3);
    restored.startOwn(2);
    for (const write of step.effects.persist)
      if (write.type === 'peerRecords') restored.restore(write);
    expect(restored.mark(2, 0)).to.deep.equal({
      incarnations: [2, 3, 0],
      writeIndex: 0,
      acknowledgedIndex: 8,
    });
  });

  it('is added to a write only if something has changed since the last one', () => {
    const note = () => {
      const step = beginStep();
      incarnations.note(step);
      return step.effects.note.length;
    };
    const mark = { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 };
    expect(note()).to.equal(0);
    incarnations.observe(1, mark);
    expect([note(), note()]).to.deep.equal([1, 0]);
    incarnations.observe(1, mark);
    expect(note(), 'nothing new').to.equal(0);
    admit(1, 7);
    expect(note(), 'written with the admission').to.equal(0);
  });

  it('acknowledges no write of an earlier incarnation, also if a third peer named the new one', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 });
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 3, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 9, acknowledgedIndex: 0 });
    expect(incarnations.mark(1, 0).acknowledgedIndex).to.equal(0);
    expect(incarnations.mark(2, 0).acknowledgedIndex).to.equal(3);
  });

  it('keeps what it knows of an incarnation when it admits that one', () => {
    incarnations.observe(2, { incarnations: [0, 5, 0], writeIndex: 1, acknowledgedIndex: 0 });
    incarnations.observe(1, { incarnations: [0, 5, 0], writeIndex: 2, acknowledgedIndex: 0 });
    incarnations.observeState(1, 4);
    admit(5, 7);
    const admission = { incarnation: 5, attempt: 7, isNew: true };
    expect(incarnations.recordOf(1)).to.deep.equal({
      ...{ incarnation: 5, writeIndex: 2, hadOther: false, stateEpoch: 4, admission },
    });
  });

  it('begins with nothing what it knows of an incarnation that it had not heard of', () => {
    incarnations.observe(1, { incarnations: [0, 0, 0], writeIndex: 2, acknowledgedIndex: 0 });
    incarnations.observeState(1, 4);
    admit(5, 7);
    const admission = { incarnation: 5, attempt: 7, isNew: false };
    const record = { incarnation: 5, writeIndex: 0, hadOther: true, stateEpoch: 0, admission };
    expect(incarnations.recordOf(1)).to.deep.equal(record);
    incarnations.observeState(1, 2);
    incarnations.observe(2, { incarnations: [0, 6, 0], writeIndex: 2, acknowledgedIndex: 0 });
    expect(incarnations.recordOf(1)).to.deep.equal({
      ...{ incarnation: 6, writeIndex: 0, hadOther: true, stateEpoch: 0, admission },
    });
    incarnations.startOwn(3);
    expect(incarnations.recordOf(0)).to.deep.equal({ incarnation: 3, writeIndex: 0 });
  });

  it('does not call a peer new that it admitted before, though its record does not name another', () => {
    const admission = { incarnation: 3, attempt: 1, isNew: true };
    const known = { incarnation: 5, writeIndex: 0, admission };
    incarnations.restore({ type: 'peerRecords', peers: [known, known, known] });
    expect(admit(5, 7).admission).to.deep.equal({ incarnation: 5, attempt: 7, isNew: false });
  });

  it('admits no incarnation 0, in which a peer has its memory', () => {
    expect(admit(0, 7).admission).to.equal(undefined);
  });

  it('takes a peer that a mark does not name for one that never lost its memory', () => {
    const mark = { incarnations: [], writeIndex: 0, acknowledgedIndex: 0 };
    expect([incarnations.isStale(1, mark), incarnations.isBehind(mark)]).to.deep.equal([
      ...[false, false],
    ]);
    admit(5, 7);
    expect([incarnations.isStale(1, mark), incarnations.isBehind(mark)]).to.deep.equal([
      ...[true, true],
    ]);
    expect(incarnations.observe(2, mark)).to.deep.equal([]);
    expect(incarnations.latest(1)).to.equal(5);
  });

  it('finds a mark behind that names an earlier incarnation of any peer, and no other', () => {
    admit(5, 7);
    const isBehind = (...named: number[]) =>
      incarnations.isBehind({ incarnations: named, writeIndex: 0, acknowledgedIndex: 0 });
    expect([isBehind(0, 4, 9), isBehind(0, 5, 0), isBehind(0, 6, 0)]).to.deep.equal([
      ...[true, false, false],
    ]);
  });
});
