import { InstanceMap } from '@paxkv/paxos/internal/core/instance/instance-map';
import { expect } from 'chai';

function filled(...seqs: number[]): InstanceMap<string> {
  const map = new InstanceMap<string>();
  for (const seq of seqs) map.set(seq, `at ${seq}`);
  return map;
}

function seqs(map: InstanceMap<string>): number[] {
  return [...map.entries()].map(([seq]) => seq);
}

describe('InstanceMap', () => {
  it('keeps a record until it is deleted', () => {
    const map = filled(3);
    expect(map.get(3)).to.equal('at 3');
    map.delete(3);
    expect(map.has(3)).to.equal(false);
    expect(map.size).to.equal(0);
  });

  it('frees all below the bound and nothing from it on, one by one', () => {
    const map = filled(0, 1, 2, 3, 5);
    map.forgetBelow(1);
    expect(seqs(map)).to.deep.equal([1, 2, 3, 5]);
    map.forgetBelow(3);
    expect(seqs(map)).to.deep.equal([3, 5]);
  });

  it('frees all below a bound that leaps by billions', () => {
    const map = filled(0, 7, 4_000_000_000, 4_000_000_001);
    map.forgetBelow(4_000_000_001);
    expect(seqs(map)).to.deep.equal([4_000_000_001]);
  });

  it('lists a range in order of seq, however wide it is', () => {
    const map = filled(7, 3, 5, 4_000_000_000);
    expect(map.within(3, 7).map(([seq]) => seq)).to.deep.equal([3, 5]);
    expect(map.within(4, 5_000_000_000)).to.deep.equal([
      [5, 'at 5'],
      [7, 'at 7'],
      [4_000_000_000, 'at 4000000000'],
    ]);
  });

  it('takes a bound that is lower than before for one that it has passed', () => {
    const map = filled(8, 9);
    map.forgetBelow(8);
    map.forgetBelow(2);
    map.forgetBelow(9);
    expect(seqs(map)).to.deep.equal([9]);
  });

  it('frees also what was added below an earlier bound', () => {
    const map = filled(8, 9);
    map.forgetBelow(8);
    map.set(5, 'at 5');
    expect(map.forgetBelow(6)).to.deep.equal([[5, 'at 5']]);
    map.set(7, 'at 7');
    map.forgetBelow(9);
    expect(seqs(map)).to.deep.equal([9]);
  });
});
