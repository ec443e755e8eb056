import { InstanceMap } from '@paxkv/paxos/internal/core/instance/instance-map';
import { expect } from 'chai';

function filled(...seqs: number[]): InstanceMap<string> {
  const window = new InstanceMap<string>();
  for (const seq of seqs) window.set(seq, `at ${seq}`);
  return window;
}

function seqs(window: InstanceMap<string>): number[] {
  return [...window.entries()].map(([seq]) => seq);
}

describe('Window', () => {
  it('keeps a record until it is deleted', () => {
    const window = filled(3);
    expect(window.get(3)).to.equal('at 3');
    window.delete(3);
    expect(window.has(3)).to.equal(false);
    expect(window.size).to.equal(0);
  });

  it('frees all below the bound and nothing from it on, step by step', () => {
    const window = filled(0, 1, 2, 3, 5);
    window.forgetBelow(1);
    expect(seqs(window)).to.deep.equal([1, 2, 3, 5]);
    window.forgetBelow(3);
    expect(seqs(window)).to.deep.equal([3, 5]);
  });

  it('frees all below a bound that leaps by billions', () => {
    const window = filled(0, 7, 4_000_000_000, 4_000_000_001);
    window.forgetBelow(4_000_000_001);
    expect(seqs(window)).to.deep.equal([4_000_000_001]);
  });

  it('does not lower its bound', () => {
    const window = filled(8, 9);
    window.forgetBelow(8);
    window.forgetBelow(2);
    window.forgetBelow(9);
    expect(seqs(window)).to.deep.equal([9]);
  });
});
