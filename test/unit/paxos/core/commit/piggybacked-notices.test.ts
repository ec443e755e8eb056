import { outcomeCountMax } from '@paxkv/paxos/core';
import { PiggybackedNotices } from '@paxkv/paxos/internal/core/commit/piggybacked-notices';
import { expect } from 'chai';
import { ballot } from '../steps.ts';

const outcome = (seq: number) => ({ seq, ballot: ballot(1, 0) });

describe('PiggybackedNotices', () => {
  let piggybacked: PiggybackedNotices;

  beforeEach(() => {
    piggybacked = new PiggybackedNotices([1, 2]);
  });

  it('go to each other peer once, with the next request to it', () => {
    piggybacked.add(outcome(7), 0);
    expect(piggybacked.take(1)).to.deep.equal([outcome(7)]);
    expect(piggybacked.take(1)).to.deep.equal([]);
    expect(piggybacked.wakeAt()).to.not.equal(undefined);
    expect(piggybacked.take(2)).to.deep.equal([outcome(7)]);
    expect(piggybacked.wakeAt()).to.equal(undefined);
  });

  it('wait less while another host waits for them, and set no timer if there are none', () => {
    piggybacked.flushSoon(0);
    expect(piggybacked.wakeAt()).to.equal(undefined);
    piggybacked.add(outcome(7), 0);
    piggybacked.flushSoon(1);
    expect(piggybacked.wakeAt()).to.equal(2);
    piggybacked.flushSoon(9);
    expect(piggybacked.wakeAt()).to.equal(2);
  });

  it('are not added to a request of the leader to itself', () => {
    piggybacked.add(outcome(7), 0);
    expect(piggybacked.take(0)).to.deep.equal([]);
  });

  it('fill one request up to its limit', () => {
    for (let seq = 0; seq <= outcomeCountMax; seq += 1) piggybacked.add(outcome(seq), 0);
    expect(piggybacked.take(1)).to.have.length(outcomeCountMax);
    expect(piggybacked.take(1)).to.deep.equal([outcome(outcomeCountMax)]);
  });

  it('wait a few milliseconds at most, counted from the oldest', () => {
    expect(piggybacked.wakeAt()).to.equal(undefined);
    piggybacked.add(outcome(7), 1000);
    piggybacked.add(outcome(8), 1002);
    expect(piggybacked.wakeAt()).to.equal(1003);
    expect(piggybacked.take(1)).to.have.length(2);
    expect(piggybacked.takeAll()).to.deep.equal([
      [1, []],
      [2, [outcome(7), outcome(8)]],
    ]);
    expect(piggybacked.wakeAt()).to.equal(undefined);
  });
});
