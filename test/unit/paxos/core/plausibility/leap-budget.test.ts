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
    budget.take(60, 0);
    expect(budget.allows(41, 0)).to.equal(false);
    expect(budget.allows(40, 0)).to.equal(true);
  });

  it('allows more as time passes, for as long as it is not used', () => {
    budget.take(100, 1000);
    expect(budget.allows(1, 1000)).to.equal(false);
    expect(budget.allows(10, 2000)).to.equal(true);
    expect(budget.allows(11, 2000)).to.equal(false);
    expect(budget.allows(9990, 1_000_000)).to.equal(true);
    expect(budget.allows(9991, 1_000_000)).to.equal(false);
  });

  it('is not used up by what is no leap', () => {
    budget.take(-5, 0);
    budget.take(0, 0);
    expect(budget.allows(-1, 0)).to.equal(true);
    expect(budget.allows(100, 0)).to.equal(true);
  });
});
