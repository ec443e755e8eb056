import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { LinearizedSet } from './linearized-set.ts';

const size = 70;

/** A reference implementation, as simple as possible. */
function sorted(numbers: Iterable<number>): string {
  return [...numbers].sort((a, b) => a - b).join(' ');
}

describe('LinearizedSet', () => {
  it('contains what was added and not removed', () => {
    const set = new LinearizedSet(size);
    for (const number of [0, 15, 16, 69]) set.add(number);
    set.delete(15);
    const members = Array.from({ length: size }, (_, number) => number).filter((n) => set.has(n));
    expect(members).to.deep.equal([0, 16, 69]);
  });

  it('has one key for each set, in any order of changes', () => {
    const random = new SeededRandom('linearized sets');
    const set = new LinearizedSet(size);
    const plain = new Set<number>();
    const keys = new Map<string, string>();
    const contents = new Map<string, string>();
    for (let step = 0; step < 20_000; step += 1) {
      // Mostly low numbers, so that sets recur.
      const number = random.chance(0.5) ? random.integer(0, 18) : random.integer(60, 63);
      if (plain.delete(number)) set.delete(number);
      else {
        plain.add(number);
        set.add(number);
      }
      const content = sorted(plain);
      expect(keys.get(content) ?? set.key()).to.equal(set.key());
      expect(contents.get(set.key()) ?? content).to.equal(content);
      keys.set(content, set.key());
      contents.set(set.key(), content);
    }
    expect(keys.size).to.be.within(1000, 19_999);
  });

  it('distinguishes sets that differ only in the length of their prefix', () => {
    const keys = new Set<string>();
    for (let prefix = 0; prefix < size - 2; prefix += 1) {
      for (const more of [prefix + 1, prefix + 2]) {
        const set = new LinearizedSet(size);
        for (let number = 0; number < prefix; number += 1) set.add(number);
        keys.add(set.key());
        set.add(more);
        keys.add(set.key());
      }
    }
    expect(keys.size).to.equal(3 * (size - 2));
  });

  it('has a short key when it is nearly a prefix', () => {
    const set = new LinearizedSet(10_000);
    for (let number = 0; number < 5000; number += 1) set.add(number);
    set.add(5003);
    expect(set.key().length).to.be.below(12);
  });
});
