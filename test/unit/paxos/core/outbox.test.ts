import { expect } from 'chai';
import { ballot, beginStep, mail } from './steps.ts';

describe('Outbox', () => {
  it('has every message sealed in an envelope, whenever it leaves', () => {
    const { outbox, effects } = beginStep(1);
    outbox.sendNow(0, { type: 'learn', seq: 7, count: 1 });
    outbox.sendAfter(2, { type: 'accepted', seq: 7, ballot: ballot(1, 2) });
    for (const envelope of [...effects.sendNow, ...effects.sendAfter]) {
      expect(envelope).to.include({ from: 1, done: -1, min: 0 });
    }
    expect(effects.sendNow[0]?.to).to.equal(0);
    expect(effects.sendAfter[0]?.to).to.equal(2);
  });

  it('keeps what vouches for a write apart from what relies on nothing', () => {
    const { outbox, effects } = beginStep();
    outbox.sendAfter(1, { type: 'accepted', seq: 0, ballot: ballot(1, 1) });
    expect(effects.sendNow).to.deep.equal([]);
    expect(mail(effects.sendAfter)).to.deep.equal([
      [1, { type: 'accepted', seq: 0, ballot: ballot(1, 1) }],
    ]);
  });

  it('keeps writes, notes and announcements apart, in their order', () => {
    const { outbox, effects } = beginStep();
    outbox.persist({ type: 'reserved', round: 1 });
    outbox.persist({ type: 'promised', seq: 0, ballot: ballot(1, 0) });
    outbox.note({ type: 'decided', seq: 0 });
    outbox.announce({ seq: 0, value: 'a' });
    expect(effects.persist.map(({ type }) => type)).to.deep.equal(['reserved', 'promised']);
    expect(effects.note).to.deep.equal([{ type: 'decided', seq: 0 }]);
    expect(effects.decided).to.deep.equal([{ seq: 0, value: 'a' }]);
  });
});
