import { LeapBudget } from '@paxkv/paxos/internal/core/plausibility/leap-budget';
import { expect } from 'chai';

describe('LeapBudget', () => {
  let budget: LeapBudget;

  beforeEach(() => {
    budget = new LeapBudget({ capacity: 100, perSecond: 10 });
  });

  it('allows leaps up to its capacity, in one or in many', () => {
    expect(budget.allows(100, 0)).to.equal(true);
    expect(budget.allows(101, 0)).to.equal(false);
    budget.take(60);
    expect(budget.allows(41, 0)).to.equal(false);
    expect(budget.allows(40, 0)).to.equal(true);
  });

  it('allows more as time passes, for as long as it is not used', () => {
    expect(budget.allows(100, 1000)).to.equal(true);
    budget.take(100);
    expect(budget.allows(1, 1000)).to.equal(false);
    expect(budget.allows(10, 2000)).to.equal(true);
    expect(budget.allows(11, 2000)).to.equal(false);
    expect(budget.allows(9990, 1_000_000)).to.equal(true);
    expect(budget.allows(9991, 1_000_000)).to.equal(false);
  });

  it('is not used up by what is no leap', () => {
    budget.take(-5);
    budget.take(0);
    expect(budget.allows(-1, 0)).to.equal(true);
    expect([100, 101].map((distance) => budget.allows(distance, 0))).to.deep.equal([true, false]);
  });

  it('allows what is no leap while it is used up', () => {
    budget.take(100);
    expect([0, -1].map((distance) => budget.allows(distance, 0))).to.deep.equal([true, true]);
  });

  it('grows from the first question on, whatever that was about', () => {
    budget.allows(0, 1000);
    expect([110, 111].map((distance) => budget.allows(distance, 2000))).to.deep.equal([
      true,
      false,
    ]);
  });
});
