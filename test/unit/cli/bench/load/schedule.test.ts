import { expect } from 'chai';
import { countedFrom, Schedule } from 'paxkv/internal/bench/load/schedule';

describe('the schedule of an open loop', () => {
  it('is due at even intervals from its start, without drift', () => {
    const schedule = new Schedule(300, 1000);
    const due = Array.from({ length: 901 }, () => schedule.take());
    expect(due[0]).to.equal(1000);
    expect(due[1]).to.be.closeTo(1000 + 1000 / 300, 1e-9);
    expect(due[900]).to.equal(4000);
  });

  it('tells how many were due and not taken', () => {
    const schedule = new Schedule(100, 0);
    expect(schedule.leftUntil(1000)).to.equal(100);
    for (let taken = 0; taken < 40; taken += 1) schedule.take();
    expect(schedule.leftUntil(1000)).to.equal(60);
    expect(schedule.leftUntil(100)).to.equal(0);
  });

  it('counts from when a request was due, but for what a timer is late by itself', () => {
    expect(countedFrom(100, 101)).to.equal(101);
    expect(countedFrom(100, 150)).to.equal(100);
  });
});
