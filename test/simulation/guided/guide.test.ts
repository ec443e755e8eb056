import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { type Choice, Guide } from './guide.ts';

describe('Guide', () => {
  it('draws seeds one after another as long as nothing was kept', () => {
    const guide = new Guide(new SeededRandom(1), 7);
    const choices = Array.from({ length: 3 }, () => guide.next());
    expect(choices).to.deep.equal([7, 8, 9].map((seed) => ({ seed, variants: [] })));
  });

  it('keeps a run that reached a state, more of it, or two states together for the first time', () => {
    const guide = new Guide(new SeededRandom(1), 1);
    const learn = (counters: Record<string, number>) =>
      guide.learn({ seed: 1, variants: [] }, counters) > 0;
    expect(learn({ a: 1, b: 0 })).to.equal(true);
    expect(learn({ a: 1, b: 0 })).to.equal(false);
    expect(learn({ a: 2 })).to.equal(true);
    expect(learn({ a: 3 })).to.equal(false);
    expect(learn({ a: 0, b: 1 })).to.equal(true);
    expect(learn({ a: 1, b: 1 })).to.equal(true);
    expect(guide.keptCount).to.equal(4);
  });

  it('finds in fewer runs what only variations of a rare run reach', () => {
    // One seed in fifty reaches depth 1, and one variation in five of a run goes one deeper.
    const depthOf = ({ seed, variants }: Choice) => {
      if (seed % 50 !== 0) return 0;
      let depth = 1;
      for (const variant of variants) if (variant % 5 === 0) depth += 1;
      return depth;
    };
    const guide = new Guide(new SeededRandom(2), 1);
    let deepest = 0;
    for (let run = 0; run < 1_000; run += 1) {
      const choice = guide.next();
      const depth = depthOf(choice);
      deepest = Math.max(deepest, depth);
      guide.learn(choice, { depth: 2 ** depth });
    }
    expect(deepest).to.be.at.least(5);
  });
});
