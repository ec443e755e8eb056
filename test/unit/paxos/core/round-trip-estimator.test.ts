import { AnswerTime } from '@paxkv/paxos/core';
import { expect } from 'chai';

describe('AnswerTime', () => {
  let time: AnswerTime;

  beforeEach(() => {
    time = new AnswerTime({ waitMsMin: 100, waitMsMax: 800 });
  });

  it('begins with the shortest wait', () => {
    expect(time.waitMs).to.equal(100);
  });

  it('follows the slowest answer at once, and quick ones by and by', () => {
    time.answered(200);
    expect(time.waitMs).to.equal(600);
    time.answered(10);
    expect(time.waitMs).to.equal(540);
    for (let count = 0; count < 30; count += 1) time.answered(10);
    expect(time.waitMs).to.equal(100);
  });

  it('doubles with each repetition, until an answer tells how long they take', () => {
    time.repeated();
    time.repeated();
    expect(time.waitMs).to.equal(400);
    time.answered(50);
    expect(time.waitMs).to.equal(150);
  });

  it('stays within its limits', () => {
    for (let count = 0; count < 30; count += 1) time.repeated();
    expect(time.waitMs).to.equal(800);
    time.answered(60_000);
    expect(time.waitMs).to.equal(800);
    time.answered(0);
    expect(time.waitMs).to.be.at.least(100);
  });
});
