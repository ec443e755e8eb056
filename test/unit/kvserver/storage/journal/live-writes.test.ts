import { type GroupPlace, LiveWrites } from '@paxkv/kvserver/internal/storage/journal/live-writes';
import { expect } from 'chai';
import fc from 'fast-check';
import { bytesKeptByEach, leakBytesMin } from '../../../kept-memory.ts';

const put = fc.record({
  writeIndex: fc.nat(30),
  sequence: fc.integer({ min: 1, max: 5 }),
  bytes: fc.integer({ min: 1, max: 1000 }),
});
const step = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 1, arbitrary: fc.record({ min: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant({ min: 2 ** 50 }) },
);

/** The same group always speaks of the same instances. */
function seqMaxOf(writeIndex: number): number {
  return ((writeIndex * 7) % 40) - 1;
}

describe('Live groups of a journal', () => {
  it('are those that speak of an instance not forgotten, each where it was written last', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const live = new LiveWrites();
        const model = new Map<number, GroupPlace>();
        let min = 0;
        for (const each of steps) {
          if ('min' in each) {
            min = Math.max(min, each.min);
            live.forgetBelow(each.min);
          } else {
            const place = { ...each, seqMax: seqMaxOf(each.writeIndex) };
            live.put(place);
            model.set(each.writeIndex, place);
          }
          for (const [writeIndex, { seqMax }] of model) if (seqMax < min) model.delete(writeIndex);
          const places = [...model.values()];
          const sumOf = (some: GroupPlace[]) => some.reduce((sum, { bytes }) => sum + bytes, 0);
          expect(live.bytes).to.equal(sumOf(places));
          expect(live.min).to.equal(min);
          for (let sequence = 1; sequence <= 5; sequence += 1) {
            const inside = places.filter((place) => place.sequence === sequence);
            expect(live.bytesIn(sequence)).to.equal(sumOf(inside));
            for (let writeIndex = 0; writeIndex <= 30; writeIndex += 1) {
              expect(live.isIn(sequence, writeIndex)).to.equal(
                inside.some((place) => place.writeIndex === writeIndex),
              );
            }
          }
        }
      }),
    );
  });

  it('are forgotten one instance after the other, all groups of each', () => {
    const live = new LiveWrites();
    for (const [writeIndex, seqMax] of [0, 1, 2, 2, 3, 4].entries()) {
      live.put({ writeIndex, sequence: 1, bytes: 10 ** writeIndex, seqMax });
    }
    const left = (min: number) => {
      live.forgetBelow(min);
      return live.bytes;
    };
    expect(live.bytes).to.equal(111_111);
    expect([0, 1, 2, 3].map(left)).to.deep.equal([111_111, 111_110, 111_100, 110_000]);
    expect(left(2)).to.equal(110_000);
    expect(live.min).to.equal(3);
    expect([5, 6].map(left)).to.deep.equal([0, 0]);
    expect(live.bytesIn(1)).to.equal(0);
  });

  it('are those from min on, however far it jumps', () => {
    const live = new LiveWrites();
    for (const [writeIndex, seqMax] of [10, 998, 999, 1000, 1001].entries()) {
      live.put({ writeIndex, sequence: 1, bytes: 10 ** writeIndex, seqMax });
    }
    live.forgetBelow(999);
    expect(live.bytes).to.equal(11_100);
    live.forgetBelow(1001);
    expect(live.bytes).to.equal(10_000);
    live.put({ writeIndex: 9, sequence: 1, bytes: 1, seqMax: 1000 });
    expect(live.bytes).to.equal(10_000);
    live.put({ writeIndex: 9, sequence: 1, bytes: 1, seqMax: 1001 });
    expect(live.bytes).to.equal(10_001);
  });

  it('take no memory once they are forgotten', async () => {
    const live = new LiveWrites();
    const kept = await bytesKeptByEach((seq) => {
      live.put({ writeIndex: seq, sequence: seq, bytes: 100, seqMax: seq });
      live.forgetBelow(seq);
    });
    expect(kept).to.be.below(leakBytesMin);
    expect(live.bytes).to.equal(100);
  });

  it('are none that speak of no instance', () => {
    const live = new LiveWrites();
    live.put({ writeIndex: 1, sequence: 1, bytes: 100, seqMax: -1 });
    expect(live.bytes).to.equal(0);
  });
});
