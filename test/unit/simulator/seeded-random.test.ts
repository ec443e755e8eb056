import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';

function draws(random: SeededRandom, count = 20): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('SeededRandom', () => {
  it('draws the same from the same seed', () => {
    expect(draws(new SeededRandom(7))).to.deep.equal(draws(new SeededRandom('7')));
  });

  it('keeps its sequence from release to release, since old seeds are replayed', () => {
    const random = new SeededRandom('fixed');
    const hundredths = Array.from({ length: 8 }, () => random.integer(0, 99));
    expect(hundredths).to.deep.equal([58, 85, 78, 82, 42, 12, 16, 70]);
  });

  it('draws differently from another seed, however close', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 1_000; seed += 1) seen.add(new SeededRandom(seed).next());
    expect(seen.size).to.equal(1_000);
  });

  it('gives a stream that no draw elsewhere changes', () => {
    const untouched = new SeededRandom(7);
    const drawn = new SeededRandom(7);
    draws(drawn);
    draws(drawn.stream('disk'));
    expect(draws(drawn.stream('network'))).to.deep.equal(draws(untouched.stream('network')));
  });

  it('gives streams of different names different draws', () => {
    const random = new SeededRandom(7);
    expect(draws(random.stream('a'))).to.not.deep.equal(draws(random.stream('b')));
    expect(draws(random.stream('a'))).to.not.deep.equal(draws(new SeededRandom(7)));
  });

  it('spreads its draws uniformly from 0 up to 1', () => {
    const random = new SeededRandom('even');
    const counts = new Array<number>(10).fill(0);
    for (const draw of draws(random, 100_000)) {
      const tenth = Math.floor(draw * 10);
      counts[tenth] = (counts[tenth] ?? Number.NaN) + 1;
    }
    for (const count of counts) expect(count).to.be.within(9_600, 10_400);
  });

  it('draws whole numbers from min up to and including max', () => {
    const random = new SeededRandom(7);
    const seen = new Set(Array.from({ length: 200 }, () => random.integer(3, 6)));
    expect([...seen].sort()).to.deep.equal([3, 4, 5, 6]);
  });

  it('meets a probability, and never or always at 0 and 1', () => {
    const random = new SeededRandom(7);
    const hits = Array.from({ length: 10_000 }, () => random.chance(0.18)).filter(Boolean).length;
    expect(hits).to.be.within(1_650, 1_950);
    expect(random.chance(0)).to.equal(false);
    expect(random.chance(1)).to.equal(true);
  });

  it('picks each item of a list, and refuses an empty one', () => {
    const random = new SeededRandom(7);
    const picked = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])));
    expect([...picked].sort()).to.deep.equal(['a', 'b', 'c']);
    expect(() => random.pick([])).to.throw(RangeError);
  });

  it('shuffles into a new list of the same items', () => {
    const list = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = new SeededRandom(7).shuffle(list);
    expect(shuffled).to.not.deep.equal(list);
    expect(shuffled.toSorted((a, b) => a - b)).to.deep.equal(list);
  });

  it('makes bytes and letters of the length asked for', () => {
    const random = new SeededRandom(7);
    expect(random.bytes(1_000)).to.have.lengthOf(1_000);
    expect(new Set(random.bytes(10_000)).size).to.equal(256);
    expect(random.letters(1_000)).to.match(/^[a-z]{1000}$/);
    expect(new Set(random.letters(1_000)).size).to.equal(26);
  });
});
