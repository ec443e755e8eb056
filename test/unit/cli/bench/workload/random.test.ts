import { expect } from 'chai';
import { SeededRandom, Zipfian } from 'paxkv/internal/bench/workload/random';

describe('the random numbers of a load', () => {
  it('are the same from the same seed, and others from another', () => {
    const drawn = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(drawn(1)).to.deep.equal(drawn(1));
    expect(drawn(1)).not.to.deep.equal(drawn(2));
  });

  it('include every number below the count about equally often', () => {
    const random = new SeededRandom(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const index = random.below(10);
      counts[index] = (counts[index] ?? 0) + 1;
    }
    expect(counts).to.have.lengthOf(10);
    for (const count of counts) expect(count).to.be.within(850, 1150);
  });
});

const drawCount = 200_000;

function draw(zipfian: Zipfian, rankCount: number): number[] {
  const random = new SeededRandom(3);
  const counts = Array.from({ length: rankCount }, () => 0);
  for (let index = 0; index < drawCount; index += 1) {
    const rank = zipfian.rankAt(random.next());
    counts[rank] = (counts[rank] ?? 0) + 1;
  }
  expect(counts).to.have.lengthOf(rankCount);
  return counts;
}

/** The share of each rank by the law itself. */
function expectedShares(rankCount: number): number[] {
  const weights = Array.from({ length: rankCount }, (_, rank) => 1 / (rank + 1) ** 0.99);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

describe('zipfian ranks', () => {
  it('follow the law: the first two closely, each tenth of the rest nearly', () => {
    const counts = draw(new Zipfian(1000), 1000).map((count) => count / drawCount);
    const shares = expectedShares(1000);
    for (const rank of [0, 1]) expect(counts[rank]).to.be.closeTo(shares[rank] ?? 0, 0.01);
    const sumOf = (parts: number[], from: number, to: number) =>
      parts.slice(from, to).reduce((sum, part) => sum + part, 0);
    for (const [from, to] of [
      [2, 10],
      [10, 100],
      [100, 1000],
    ] as const) {
      expect(sumOf(counts, from, to)).to.be.closeTo(sumOf(shares, from, to), 0.03);
    }
  });

  it('stay in range at both ends of the draw, for any count', () => {
    for (const count of [1, 2, 3, 10]) {
      const zipfian = new Zipfian(count);
      expect(zipfian.rankAt(0)).to.equal(0);
      expect(zipfian.rankAt(1 - 2 ** -32)).to.equal(count - 1);
    }
  });

  it('are the same after growing as if there had been so many at once', () => {
    const grown = new Zipfian(10);
    grown.growTo(500);
    expect(draw(grown, 500)).to.deep.equal(draw(new Zipfian(500), 500));
  });
});
