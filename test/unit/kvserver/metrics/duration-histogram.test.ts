import { DurationHistogram } from '@paxkv/kvserver/internal/metrics/duration-histogram';
import { expect } from 'chai';

describe('DurationHistogram', () => {
  const observed = (...ms: number[]) => {
    const histogram = new DurationHistogram([0.001, 0.01, 0.1]);
    for (const each of ms) histogram.observe(each);
    return histogram.reading;
  };

  it('counts each duration in every bucket that it fits into', () => {
    expect(observed(0.5, 5, 50).cumulative).to.deep.equal([1, 2, 3]);
  });

  it('counts a duration of exactly a bound as at most that long', () => {
    expect(observed(1, 10, 100).cumulative).to.deep.equal([1, 2, 3]);
  });

  it('counts what is above every bound in the total only', () => {
    expect(observed(101)).to.deep.include({ cumulative: [0, 0, 0], count: 1 });
  });

  it('adds up in seconds', () => {
    expect(observed(250, 750).sumSeconds).to.equal(1);
  });

  it('has read nothing before the first one', () => {
    expect(observed()).to.deep.include({ cumulative: [0, 0, 0], count: 0, sumSeconds: 0 });
  });
});
