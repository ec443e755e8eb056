import { expect } from 'chai';
import { missedGoals } from './absence.ts';

describe('the goals of an absence', () => {
  const sample = (diskBytes: number) => ({ atMs: 0, memoryBytes: 1, diskBytes });
  const figures = {
    absent: 2,
    downFromMs: 0,
    downToMs: 600_000,
    growth: [{ node: 0, perMinute: 0.99 }],
    samples: [[sample(100)], [sample(100)], [sample(900)]],
    levelAfterMs: 30_000,
    p99Ms: { before: 20, during: 20, after: 40 },
  };
  const limits = { downMs: 600_000, diskBytesMax: 100 };

  it('are kept at the limits', () => {
    expect(missedGoals(figures, limits)).to.deep.equal([]);
  });

  it('are missed if memory grows, unless the absence is too short to tell', () => {
    const grown = { ...figures, growth: [{ node: 0, perMinute: 1 }] };
    expect(missedGoals(grown, limits)).to.have.length(1);
    expect(missedGoals(grown, { ...limits, downMs: 60_000 })).to.deep.equal([]);
  });

  it('are missed if another node keeps too much on its disk', () => {
    const full = { ...figures, samples: [[sample(101)], [sample(100)], [sample(0)]] };
    expect(missedGoals(full, limits)).to.have.length(1);
  });

  it('are missed if the node is not level in time', () => {
    expect(missedGoals({ ...figures, levelAfterMs: 30_001 }, limits)).to.have.length(1);
    expect(missedGoals({ ...figures, levelAfterMs: undefined }, limits)).to.have.length(1);
  });

  it('are missed if the clients wait more than twice as long after the return', () => {
    const slow = { ...figures, p99Ms: { before: 20, during: 20, after: 41 } };
    expect(missedGoals(slow, limits)).to.have.length(1);
  });
});
