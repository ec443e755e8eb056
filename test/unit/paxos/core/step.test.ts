import { expect } from 'chai';
import { nothingForgotten } from '../../contracts/plain-mark.ts';
import { ballot, beginStep, mail } from './steps.ts';

describe('Step', () => {
  it('seals every message in an envelope, whenever it leaves', () => {
    const step = beginStep(1);
    step.sendNow(0, { type: 'learn', seq: 7, count: 1 });
    step.sendAfter(2, { type: 'accepted', seq: 7, ballot: ballot(1, 2) });
    const { sendNow, sendAfter } = step.effects;
    for (const envelope of [...sendNow, ...sendAfter]) {
      expect(envelope).to.include({ from: 1, ...nothingForgotten });
    }
    expect(sendNow[0]?.to).to.equal(0);
    expect(sendAfter[0]?.to).to.equal(2);
  });

  it('separates what vouches for a write from what relies on none', () => {
    const step = beginStep();
    step.sendAfter(1, { type: 'accepted', seq: 0, ballot: ballot(1, 1) });
    expect(step.effects.sendNow).to.deep.equal([]);
    expect(mail(step.effects.sendAfter)).to.deep.equal([
      [1, { type: 'accepted', seq: 0, ballot: ballot(1, 1) }],
    ]);
  });

  it('separates writes, notes and announcements, and keeps their order', () => {
    const step = beginStep();
    step.persist({ type: 'reserved', round: 1 });
    step.persist({ type: 'promised', seq: 0, ballot: ballot(1, 0) });
    step.note({ type: 'decided', seq: 0 });
    step.announce({ seq: 0, value: 'a' });
    const { persist, note, decided } = step.effects;
    expect(persist.map(({ type }) => type)).to.deep.equal(['reserved', 'promised']);
    expect(note).to.deep.equal([{ type: 'decided', seq: 0 }]);
    expect(decided).to.deep.equal([{ seq: 0, value: 'a' }]);
  });

  it('reports the end of a quorum read and a loss of memory', () => {
    const step = beginStep();
    expect(step.effects).to.include({ readIndex: undefined, memoryLoss: undefined });
    step.concludeRead(7);
    step.stop('peer 1 knows more');
    expect(step.effects).to.include({ readIndex: 7, memoryLoss: 'peer 1 knows more' });
  });
});
