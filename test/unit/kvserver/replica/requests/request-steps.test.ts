import { RequestSteps } from '@paxkv/kvserver/internal/replica/requests/request-steps';
import { expect } from 'chai';

describe('RequestSteps', () => {
  let nowMs: number;
  let steps: RequestSteps;

  beforeEach(() => {
    nowMs = 10;
    steps = new RequestSteps({ now: () => nowMs, at: () => () => {} }, () => nowMs / 2);
  });

  it('marks this moment, and for how long the disk was flushing by then', () => {
    expect(steps.mark()).to.deep.equal({ atMs: 10, flushedMs: 5 });
  });

  it('gives the time of a decision once, when it is applied', () => {
    steps.onDecided(7);
    nowMs = 20;
    steps.onDecided(8);
    expect(steps.takeDecided(7)?.atMs).to.equal(10);
    expect(steps.takeDecided(7)).to.equal(undefined);
    expect(steps.takeDecided(8)?.atMs).to.equal(20);
  });

  it('knows nothing of decisions that the state has skipped', () => {
    steps.onDecided(7);
    steps.abandon();
    expect(steps.takeDecided(7)).to.equal(undefined);
  });
});
