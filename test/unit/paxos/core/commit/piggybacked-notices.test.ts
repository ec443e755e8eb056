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

  for (const limit of [1, 2, outcomeCountMax]) {
    it(`fill one request up to ${limit}, and wait for the next one beyond`, () => {
      for (const count of [limit - 1, limit, limit + 1, 2 * limit + 1]) {
        piggybacked = new PiggybackedNotices(
          [1],
          ...(limit === outcomeCountMax ? [] : [{ outcomeCountMax: limit }]),
        );
        const outcomes = Array.from({ length: count }, (_, seq) => outcome(seq));
        for (const each of outcomes) piggybacked.add(each, 0);
        for (let first = 0; first < count; first += limit) {
          expect(piggybacked.wakeAt()).to.equal(3);
          expect(piggybacked.take(1)).to.deep.equal(outcomes.slice(first, first + limit));
        }
        expect(piggybacked.take(1)).to.deep.equal([]);
        expect(piggybacked.wakeAt(), `${count} notices`).to.equal(undefined);
      }
    });
  }

  it('all leave at once when they have waited long enough, however many they are', () => {
    piggybacked = new PiggybackedNotices([1], { outcomeCountMax: 2 });
    const outcomes = [0, 1, 2, 3, 4].map(outcome);
    for (const each of outcomes) piggybacked.add(each, 0);
    expect(piggybacked.takeAll()).to.deep.equal([[1, outcomes]]);
    expect(piggybacked.take(1)).to.deep.equal([]);
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
