import { expect } from 'chai';
import { type Distribution, KeyChoice } from 'paxkv/internal/bench/workload/key-choice';
import { SeededRandom } from 'paxkv/internal/bench/workload/random';

/** How many of 10,000 draws from 100 keys are among the first ten, and among the last ten. */
function edges(distribution: Distribution): { first: number; last: number } {
  const keys = new KeyChoice(distribution, 100, new SeededRandom(5));
  const drawn = Array.from({ length: 10_000 }, () => keys.existing());
  for (const index of drawn) expect(index).to.be.within(0, 99);
  return {
    first: drawn.filter((index) => index < 10).length,
    last: drawn.filter((index) => index >= 90).length,
  };
}

describe('the choice of keys', () => {
  it('is even where it is uniform', () => {
    const { first, last } = edges('uniform');
    expect(first).to.be.within(850, 1150);
    expect(last).to.be.within(850, 1150);
  });

  it('prefers the first keys where it is zipfian', () => {
    const { first, last } = edges('zipfian');
    expect(first).to.be.above(5000);
    expect(last).to.be.below(400);
  });

  it('prefers the newest keys where it is latest, new ones included', () => {
    const { first, last } = edges('latest');
    expect(last).to.be.above(5000);
    expect(first).to.be.below(400);
    const keys = new KeyChoice('latest', 100, new SeededRandom(5));
    expect(keys.created()).to.equal(100);
    expect(keys.keyCount).to.equal(101);
    const drawn = Array.from({ length: 1000 }, () => keys.existing());
    expect(drawn.filter((index) => index === 100).length).to.be.above(100);
  });
});
