import { agreedHighest, corroborated } from '@paxkv/paxos/internal/core/plausibility/corroboration';
import { expect } from 'chai';

describe('corroborated', () => {
  it('is what one peer more than a minority has reached', () => {
    expect(corroborated([10, 7], 3)).to.equal(7);
    expect(corroborated([9, 10, 7, 3], 5)).to.equal(7);
    expect(corroborated([4], 2)).to.equal(4);
  });

  it('is nothing while too few have reported', () => {
    expect(corroborated([10], 3)).to.equal(-1);
    expect(corroborated([], 1)).to.equal(-1);
  });
});

describe('agreedHighest', () => {
  const group = { peerCount: 3, leapMax: 100 };

  it('is the highest number, unless one peer alone speaks of any as high', () => {
    expect(agreedHighest([5, 105], group)).to.equal(105);
    expect(agreedHighest([5, 106], group)).to.equal(undefined);
    expect(agreedHighest([2 ** 51, 5], group)).to.equal(undefined);
    expect(agreedHighest([2 ** 51, 2 ** 51], group)).to.equal(2 ** 51);
  });

  it('is none while nobody has reported any', () => {
    expect(agreedHighest([-1, -1], group)).to.equal(-1);
    expect(agreedHighest([], group)).to.equal(-1);
  });

  it('is the highest number if nothing bounds leaps', () => {
    const leapMax = Number.POSITIVE_INFINITY;
    expect(agreedHighest([5, 2 ** 51], { peerCount: 3, leapMax })).to.equal(2 ** 51);
  });
});
