import { FairBound } from '@paxkv/kvserver/internal/budget/fair-bound';
import { expect } from 'chai';

describe('FairBound', () => {
  const max = 1200;
  let bound: FairBound;

  beforeEach(() => {
    bound = new FairBound(max);
  });

  /** Takes as much as it gets, a little at a time. */
  function fill(account: { take(amount: number): boolean; readonly used: number }): number {
    while (account.take(5));
    return account.used;
  }

  it('gives one client half, and each later one what is still free', () => {
    const shares = ['a', 'b', 'c'].map((principal) => fill(bound.open({ principal })));
    expect(shares).to.deep.equal([600, 300, 150]);
  });

  it('gives clients that come at the same time equal shares, and leaves one more', () => {
    const accounts = ['a', 'b', 'c'].map((principal) => bound.open({ principal }));
    for (let round = 0; round < 1000; round += 1) for (const account of accounts) account.take(5);
    expect(accounts.map(({ used }) => used)).to.deep.equal([300, 300, 300]);
  });

  it('gives the connections of one principal together three quarters at most', () => {
    const greedy = Array.from({ length: 50 }, () => bound.open({ principal: 'greedy' }));
    for (let round = 0; round < 300; round += 1) for (const account of greedy) account.take(10);
    expect(bound.used).to.be.within(880, 900);
    expect(fill(bound.open({ principal: 'other' }))).to.be.at.least(145);
  });

  it('gives a connection a little, however much others of its principal hold', () => {
    bound = new FairBound(25_600);
    for (let count = 0; count < 50; count += 1) fill(bound.open({ principal: 'shared' }));
    const late = bound.open({ principal: 'shared' });
    expect(late.take(100)).to.equal(true);
    expect(late.take(5000)).to.equal(false);
  });

  it('leaves room for one more client, however many connections of one principal take a little', () => {
    bound = new FairBound(10_000);
    const greedy = Array.from({ length: 1024 }, () => bound.open({ principal: 'shared' }));
    for (let round = 0; round < 50; round += 1) for (const account of greedy) account.take(1);
    for (const principal of ['shared', 'other']) {
      const late = bound.open({ principal });
      expect([late.take(5), principal]).to.deep.equal([true, principal]);
    }
  });

  it('never gives more than there is, unless it must be counted', () => {
    const account = bound.open({ principal: 'a' });
    account.add(max);
    expect(bound.open({ principal: 'b' }).take(1)).to.equal(false);
    account.add(1);
    expect([bound.used, bound.free]).to.deep.equal([max + 1, 0]);
  });

  it('gives anything while nothing is taken', () => {
    const account = bound.open({ principal: 'a' });
    expect(account.take(max + 1)).to.equal(true);
    expect(account.take(1)).to.equal(false);
  });

  it('knows a client that holds more than its share since others came', () => {
    const first = bound.open({ principal: 'a' });
    fill(first);
    expect(first.isOver).to.equal(false);
    fill(bound.open({ principal: 'b' }));
    expect(first.isOver).to.equal(true);
  });

  it('calls back once when something is given back, however often it was asked', () => {
    const account = bound.open({ principal: 'a' });
    account.take(10);
    let count = 0;
    const callback = () => {
      count += 1;
    };
    for (let times = 0; times < 3; times += 1) account.onRoom(callback);
    expect(bound.isAwaited).to.equal(true);
    account.giveBack(5);
    account.giveBack(5);
    expect([count, bound.isAwaited]).to.deep.equal([1, false]);
  });

  it('gets everything back from an account that closes, once, and nothing afterwards', () => {
    const account = bound.open({ principal: 'a' });
    account.take(10);
    account.close();
    account.close();
    account.giveBack(10);
    account.add(10);
    expect([account.take(1), bound.used]).to.deep.equal([false, 0]);
  });

  it('gives a principal its share again after it took and gave back very often', () => {
    // One connection stays open, so the principal is never forgotten.
    const [one, other] = [bound.open({ principal: 'a' }), bound.open({ principal: 'a' })];
    one.take(1);
    for (let count = 0; count < 10_000; count += 1) {
      expect(other.take(400), `after ${count}`).to.equal(true);
      other.giveBack(400);
    }
    one.giveBack(1);
    expect(bound.used).to.equal(0);
    expect(fill(other)).to.equal(600);
  });

  it('forgets a principal without connections', () => {
    for (let count = 0; count < 3; count += 1) {
      const account = bound.open({ principal: 'a' });
      expect(fill(account)).to.equal(600);
      account.close();
    }
  });

  it('is taken without an account up to its max', () => {
    expect(bound.take(max)).to.equal(true);
    expect(bound.take(1)).to.equal(false);
    bound.giveBack(max);
    expect(bound.take(max + 1)).to.equal(true);
  });
});
