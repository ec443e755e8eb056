import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { KeyRing } from './key-ring.ts';

function ring(sizes: { keyCount: number; laneCount: number }): KeyRing {
  return new KeyRing(new SeededRandom(1), sizes);
}

describe('KeyRing', () => {
  it('lets no more than five lanes use one key', () => {
    for (let laneCount = 1; laneCount <= 16; laneCount += 1) {
      const keys = ring({ keyCount: 8, laneCount });
      const users = new Map<string, Set<number>>();
      for (let lane = 0; lane < laneCount; lane += 1) {
        for (let call = 0; call < 10; call += 1) {
          const { name } = keys.take(lane);
          users.set(name, (users.get(name) ?? new Set()).add(lane));
        }
      }
      for (const [name, lanes] of users) expect(lanes.size, name).to.be.at.most(5);
    }
  });

  it('gives every kind of key to every lane', () => {
    const keys = ring({ keyCount: 8, laneCount: 8 });
    for (let lane = 0; lane < 8; lane += 1) {
      const kinds = Array.from({ length: 100 }, () => keys.take(lane).kind);
      expect(new Set(kinds)).to.have.all.keys('register', 'mixed', 'list', 'counter');
    }
  });

  it('retires a key after two hundred uses, and after four unknown outcomes', () => {
    const used = ring({ keyCount: 1, laneCount: 1 });
    const names = Array.from({ length: 201 }, () => used.take(0).name);
    expect(new Set(names.slice(0, 200)).size).to.equal(1);
    expect(names[200]).to.not.equal(names[0]);
    const doubted = ring({ keyCount: 1, laneCount: 1 });
    const first = doubted.take(0);
    for (let count = 0; count < 4; count += 1) doubted.doubt(first);
    const second = doubted.take(0);
    expect(second.name).to.not.equal(first.name);
    for (let count = 0; count < 4; count += 1) doubted.doubt(first);
    expect(doubted.take(0).name, 'late doubts about the old key').to.equal(second.name);
    expect(doubted.keys.map(({ name }) => name)).to.deep.equal([first.name, second.name]);
  });
});
