import { IdSet } from '@paxkv/kvserver/internal/api/stream/id-set';
import { expect } from 'chai';
import fc from 'fast-check';

describe('IdSet', () => {
  it('holds what a Set would hold', () => {
    const id = fc.oneof(
      fc.nat(40),
      fc.nat(2 ** 32 - 1),
      fc.nat(5).map((step) => 64 * step),
    );
    const step = fc.tuple(fc.boolean(), id);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const [ids, model] = [new IdSet(), new Set<number>()];
        for (const [isAdded, each] of steps) {
          if (isAdded) expect(ids.add(each)).to.equal(!model.has(each));
          else ids.delete(each);
          if (isAdded) model.add(each);
          else model.delete(each);
          expect(ids.size).to.equal(model.size);
        }
        for (const each of model) expect(ids.add(each)).to.equal(false);
      }),
      { numRuns: 200 },
    );
  });

  it('holds thousands of ids while millions pass, from the end of their range on', () => {
    const ids = new IdSet();
    for (let count = 0; count < 200_000; count += 1) {
      if (!ids.add((2 ** 32 - 1000 + count) % 2 ** 32)) expect.fail(`${count} was there`);
      if (count >= 4000) ids.delete((2 ** 32 - 5000 + count) % 2 ** 32);
    }
    expect(ids.size).to.equal(4000);
  });
});
