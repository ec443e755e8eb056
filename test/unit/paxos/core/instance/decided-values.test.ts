import { DecidedValues } from '@paxkv/paxos/internal/core/instance/decided-values';
import { expect } from 'chai';
import fc from 'fast-check';

function measured(...entries: [number, string][]): DecidedValues<string> {
  const values = new DecidedValues<string>(({ length }) => length);
  for (const [seq, value] of entries) values.add(seq, value);
  return values;
}

const plenty = { instances: 100, bytes: 100 };

describe('DecidedValues', () => {
  it('counts instances and bytes in memory', () => {
    const values = measured([0, 'a'], [1, 'bcd'], [5, '']);
    expect(values.retained).to.deep.equal({ instances: 3, bytes: 4 });
    values.forgetBelow(1);
    expect(values.retained).to.deep.equal({ instances: 2, bytes: 3 });
  });

  it('returns what it forgets in order of seq, each once', () => {
    const values = measured([2, 'c'], [0, 'a'], [1, 'b'], [7, 'h']);
    expect(values.forgetBelow(2)).to.deep.equal([
      { seq: 0, value: 'a' },
      { seq: 1, value: 'b' },
    ]);
    expect(values.forgetBelow(4_000_000_000)).to.deep.equal([
      { seq: 2, value: 'c' },
      { seq: 7, value: 'h' },
    ]);
    expect(values.forgetBelow(4_000_000_000)).to.deep.equal([]);
  });

  it('starts a budget where the newest values fit it, by number and by bytes', () => {
    const values = measured([0, 'a'], [1, 'bb'], [2, 'ccc'], [3, 'd']);
    expect(values.budgetStart(plenty, 0, 4)).to.equal(0);
    expect(values.budgetStart({ instances: 3, bytes: 100 }, 0, 4)).to.equal(1);
    expect(values.budgetStart({ instances: 3, bytes: 4 }, 0, 4)).to.equal(2);
    expect(values.budgetStart({ instances: 3, bytes: 1 }, 0, 4)).to.equal(3);
  });

  it('ends the search at the limit, and starts no lower than asked', () => {
    const values = measured([0, 'a'], [1, 'b'], [2, 'c'], [3, 'd']);
    expect(values.budgetStart({ instances: 1, bytes: 1 }, 0, 2)).to.equal(2);
    expect(values.budgetStart(plenty, 3, 4)).to.equal(3);
  });

  it('counts nothing against a budget that is added below its start', () => {
    const values = measured([1, 'b'], [2, 'c'], [3, 'd']);
    const one = { instances: 1, bytes: 9 };
    expect(values.budgetStart(one, 0, 4)).to.equal(3);
    values.add(0, 'a');
    expect(values.budgetStart(one, 0, 4)).to.equal(3);
    expect(values.retained).to.deep.equal({ instances: 4, bytes: 4 });
  });

  it('leaps over billions of instances without walking them', () => {
    const far = 4_000_000_000;
    const values = measured([0, 'a'], [far, 'b'], [far + 1, 'c']);
    expect(values.budgetStart({ instances: 1, bytes: 9 }, far, far + 2)).to.equal(far + 1);
  });

  it('has the same sums as a list of the values, whatever was added and forgotten', () => {
    const addition = fc.record({ seq: fc.nat(30), length: fc.nat(5) });
    const look = fc.record({ instances: fc.nat(6), bytes: fc.nat(12), limit: fc.nat(32) });
    const act = fc.oneof(addition, look, fc.record({ min: fc.nat(31) }));
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const values = new DecidedValues<string>(({ length }) => length);
        const held = new Map<number, number>();
        const sizesFrom = (from: number) =>
          [...held].flatMap(([seq, size]) => (seq >= from ? [size] : []));
        const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);
        let [min, start] = [0, 0];
        for (const each of acts) {
          if ('seq' in each) {
            if (each.seq < min || held.has(each.seq)) continue;
            held.set(each.seq, each.length);
            values.add(each.seq, 'x'.repeat(each.length));
          } else if ('min' in each) {
            min = Math.max(min, each.min);
            values.forgetBelow(each.min);
            for (const seq of held.keys()) if (seq < min) held.delete(seq);
          } else {
            const fits = (from: number) =>
              sizesFrom(from).length <= each.instances && sum(sizesFrom(from)) <= each.bytes;
            start = Math.max(start, min);
            while (start < each.limit && !fits(start)) start += 1;
            expect(values.budgetStart(each, min, each.limit)).to.equal(start);
          }
          const instances = held.size;
          expect(values.retained).to.deep.equal({ instances, bytes: sum([...held.values()]) });
        }
      }),
    );
  });
});
