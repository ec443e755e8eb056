import { ByteBudget, ClientBytes } from '@paxkv/kvserver/internal/api/client-bytes';
import { expect } from 'chai';

describe('ByteBudget', () => {
  it('gives bytes up to its bound', () => {
    const budget = new ByteBudget(10);
    expect(budget.take(9)).to.equal(true);
    expect(budget.take(2)).to.equal(false);
    expect(budget.used).to.equal(9);
    expect(budget.take(1)).to.equal(true);
    expect(budget.take(1)).to.equal(false);
    budget.giveBack(1);
    expect(budget.take(1)).to.equal(true);
  });

  it('gives bytes above its bound only while nothing else is taken', () => {
    const budget = new ByteBudget(10);
    expect(budget.take(11)).to.equal(true);
    expect(budget.take(1)).to.equal(false);
    budget.giveBack(11);
    expect(budget.used).to.equal(0);
  });
});

describe('ClientBytes', () => {
  it('bounds what arrives and what leaves on their own', () => {
    const { receiving, unsent } = new ClientBytes({ receivingBytesMax: 1, unsentBytesMax: 2 });
    expect(receiving.take(1)).to.equal(true);
    expect(unsent.take(2)).to.equal(true);
    expect([receiving.take(1), unsent.take(1)]).to.deep.equal([false, false]);
  });
});
