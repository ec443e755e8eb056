import { outcomeCountMax } from '@paxkv/paxos/core';
import { RidingNews } from '@paxkv/paxos/internal/core/commit/piggybacked-notices';
import { expect } from 'chai';
import { ballot } from '../steps.ts';

const outcome = (seq: number) => ({ seq, ballot: ballot(1, 0) });

describe('RidingNews', () => {
  let riding: RidingNews;

  beforeEach(() => {
    riding = new RidingNews([1, 2]);
  });

  it('rides to each of the others once, with the next request to it', () => {
    riding.add(outcome(7), 0);
    expect(riding.take(1)).to.deep.equal([outcome(7)]);
    expect(riding.take(1)).to.deep.equal([]);
    expect(riding.wakeAt()).to.not.equal(undefined);
    expect(riding.take(2)).to.deep.equal([outcome(7)]);
    expect(riding.wakeAt()).to.equal(undefined);
  });

  it('waits less while somebody waits for it, and not at all for nothing', () => {
    riding.hurry(0);
    expect(riding.wakeAt()).to.equal(undefined);
    riding.add(outcome(7), 0);
    riding.hurry(1);
    expect(riding.wakeAt()).to.equal(2);
    riding.hurry(9);
    expect(riding.wakeAt()).to.equal(2);
  });

  it('does not ride with a request of the leader to itself', () => {
    riding.add(outcome(7), 0);
    expect(riding.take(0)).to.deep.equal([]);
  });

  it('loads no more on one request than that may carry', () => {
    for (let seq = 0; seq <= outcomeCountMax; seq += 1) riding.add(outcome(seq), 0);
    expect(riding.take(1)).to.have.length(outcomeCountMax);
    expect(riding.take(1)).to.deep.equal([outcome(outcomeCountMax)]);
  });

  it('waits a few milliseconds at most, counted from the oldest', () => {
    expect(riding.wakeAt()).to.equal(undefined);
    riding.add(outcome(7), 1000);
    riding.add(outcome(8), 1002);
    expect(riding.wakeAt()).to.equal(1003);
    expect(riding.take(1)).to.have.length(2);
    expect(riding.takeAll()).to.deep.equal([
      [1, []],
      [2, [outcome(7), outcome(8)]],
    ]);
    expect(riding.wakeAt()).to.equal(undefined);
  });
});
