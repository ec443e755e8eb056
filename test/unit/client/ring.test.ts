import { getHeapSpaceStatistics } from 'node:v8';
import { Ring } from '@paxkv/client/ring';
import { expect } from 'chai';

function items<T>(ring: Ring<T>): T[] {
  return Array.from(ring, ([, item]) => item);
}

describe('Ring', () => {
  it('assigns positions in order, each once, and finds the items there', () => {
    const ring = new Ring<string>();
    expect([ring.add('a'), ring.add('b')]).to.deep.equal([0, 1]);
    ring.delete(1);
    expect(ring.add('c')).to.equal(2);
    expect([ring.get(0), ring.get(1), ring.get(2), ring.get(3), ring.get(-1)]).to.deep.equal([
      'a',
      undefined,
      'c',
      undefined,
      undefined,
    ]);
    expect([ring.size, ring.first, ring.end]).to.deep.equal([2, 0, 3]);
  });

  it('deletes each item once, whichever item has taken its cell since', () => {
    const ring = new Ring<number>();
    const position = ring.add(-1);
    expect([ring.delete(position), ring.delete(position)]).to.deep.equal([true, false]);
    for (let item = 0; item < 40; item += 1) ring.add(item);
    expect([ring.delete(position), ring.get(position)]).to.deep.equal([false, undefined]);
    expect(ring.size).to.equal(40);
  });

  it('behaves like a Map by position under random additions and deletions', () => {
    const ring = new Ring<number>();
    const model = new Map<number, number>();
    for (let step = 0; step < 20_000; step += 1) {
      // More come than go, then more go than come.
      const share = step % 2_000 < 1_000 ? 0.7 : 0.3;
      const positions = [...model.keys()];
      if (Math.random() < share) model.set(ring.add(step), step);
      else {
        const position = positions[Math.floor(Math.random() ** 2 * positions.length)] ?? 0;
        expect(ring.delete(position)).to.equal(model.delete(position));
      }
      expect(ring.size).to.equal(model.size);
      if (step % 100 === 0) expect([...ring]).to.deep.equal([...model]);
    }
  });

  it('may be changed during an iteration', () => {
    const ring = new Ring<string>();
    for (const item of ['a', 'b', 'c']) ring.add(item);
    const met: string[] = [];
    for (const [position, item] of ring) {
      met.push(item);
      ring.delete(position);
      if (item === 'a') ring.delete(1);
      if (item === 'c') ring.add('d');
    }
    expect(met).to.deep.equal(['a', 'c', 'd']);
    expect(items(ring)).to.deep.equal([]);
  });

  it('keeps nothing alive that was deleted, even without a full garbage collection', () => {
    const ring = new Ring<object>();
    const oldBytes = () =>
      getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')
        ?.space_used_size ?? 0;
    globalThis.gc?.();
    const before = oldBytes();
    for (let round = 0; round < 500; round += 1) {
      const positions = Array.from({ length: 256 }, () => ring.add(new Array(32).fill(round)));
      for (const position of positions) ring.delete(position);
      if (round % 10 === 0) globalThis.gc?.({ type: 'minor' });
    }
    // 37 MB passed through. A set would have kept about all of it.
    expect(oldBytes() - before).to.be.below(2_000_000);
  });
});
