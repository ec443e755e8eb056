import { RoundTripEstimator } from '@paxkv/paxos/core';
import { expect } from 'chai';

describe('RoundTripEstimator', () => {
  let time: RoundTripEstimator;

  beforeEach(() => {
    time = new RoundTripEstimator({ waitMsMin: 100, waitMsMax: 800 });
  });

  it('begins with the shortest wait', () => {
    expect(time.waitMs).to.equal(100);
  });

  it('follows the slowest answer at once, and quick ones by and by', () => {
    time.onAnswer(200);
    expect(time.waitMs).to.equal(600);
    time.onAnswer(10);
    expect(time.waitMs).to.equal(540);
    for (let count = 0; count < 30; count += 1) time.onAnswer(10);
    expect(time.waitMs).to.equal(100);
  });

  it('doubles with each repetition, until an answer shows how long they take', () => {
    time.onResent();
    time.onResent();
    expect(time.waitMs).to.equal(400);
    time.onAnswer(50);
    expect(time.waitMs).to.equal(150);
  });

  it('stays within its limits', () => {
    for (let count = 0; count < 30; count += 1) time.onResent();
    expect(time.waitMs).to.equal(800);
    time.onAnswer(60_000);
    expect(time.waitMs).to.equal(800);
    time.onAnswer(0);
    expect(time.waitMs).to.be.at.least(100);
  });
});
