import { FairBound } from '@paxkv/kvserver/internal/budget/fair-bound';
import { Hold } from '@paxkv/kvserver/internal/budget/hold';
import { expect } from 'chai';

describe('Hold', () => {
  it('takes room for a value and its reply, and gives back what is not needed', () => {
    const bound = new FairBound(10_000);
    const hold = new Hold(bound.open({ principal: 'a' }));
    expect(hold.room(2).reserve(1000)).to.equal(true);
    expect(bound.used).to.equal(2512);
    expect(hold.takeForValue(9000)).to.equal(false);
    expect(bound.used).to.equal(2512);
    hold.set(100);
    expect([hold.bytes, bound.used]).to.deep.equal([100, 100]);
    hold.set(20_000);
    expect(bound.used).to.equal(20_000);
    let isCalled = false;
    hold.room(1).onRoom(() => {
      isCalled = true;
    });
    hold.release();
    expect([hold.bytes, bound.used, isCalled]).to.deep.equal([0, 0, true]);
  });
});
