import { expect } from 'chai';
import { Dice } from 'paxkv/internal/bench/workload/dice';

describe('the dice of a load', () => {
  it('draw the same from the same seed, and something else from another', () => {
    const drawn = (seed: number) => {
      const dice = new Dice(seed);
      return Array.from({ length: 20 }, () => dice.next());
    };
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).not.to.deep.equal(drawn(2));
  });

  it('draw every number below the count about equally often', () => {
    const dice = new Dice(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const index = dice.below(10);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts).to.have.lengthOf(10);
    for (const count of counts) expect(count).to.be.within(850, 1150);
  });
});
