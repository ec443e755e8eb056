import { type Effects, roundMax } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { expect } from 'chai';
import { ballot, beginStep } from './steps.ts';

/** The rounds that a step reserved. */
function reserved(effects: Effects<string>): number[] {
  return effects.persist.flatMap((write) => (write.type === 'reserved' ? [write.round] : []));
}

describe('BallotAllocator', () => {
  it('allocates ballots of its own peer, above the one seen', () => {
    const step = beginStep(2);
    const ballots = new BallotAllocator(2);
    expect(ballots.ballotAbove(undefined, step)).to.deep.equal(ballot(1, 2));
    expect(ballots.ballotAbove(ballot(9, 0), step)).to.deep.equal(ballot(10, 2));
  });

  it('reserves a block on disk with its first ballot, and none again within the block', () => {
    const step = beginStep();
    const ballots = new BallotAllocator(0);
    ballots.ballotAbove(undefined, step);
    ballots.ballotAbove(ballot(500, 1), step);
    expect(reserved(step.effects)).to.have.length(1);
    expect(reserved(step.effects)[0]).to.be.at.least(501);
  });

  it('reserves a thousand rounds beyond the one it needs', () => {
    const step = beginStep();
    const ballots = new BallotAllocator(0);
    ballots.ballotAbove(undefined, step);
    ballots.ballotAbove(ballot(1000, 1), step);
    ballots.ballotAbove(ballot(1001, 1), step);
    expect(reserved(step.effects)).to.deep.equal([1001, 2002]);
  });

  it('reserves in advance the ballot above one that it has seen', () => {
    const ballots = new BallotAllocator(0);
    const early = beginStep();
    ballots.reserveAbove(ballot(7, 1), early);
    expect(reserved(early.effects)).to.deep.equal([1008]);
    const late = beginStep();
    expect(ballots.ballotAbove(ballot(7, 1), late).round).to.equal(8);
    expect(reserved(late.effects)).to.deep.equal([]);
  });

  it('reserves in advance above the rounds of earlier runs, whatever it has seen', () => {
    const ballots = new BallotAllocator(0);
    ballots.restore(3000);
    const step = beginStep();
    ballots.reserveAbove(ballot(7, 1), step);
    expect(reserved(step.effects)).to.deep.equal([4001]);
  });

  it('knows the rounds of earlier runs as durable, and none above', () => {
    const ballots = new BallotAllocator(0);
    ballots.restore(3000);
    const known = [3000, 3001].map((round) => ballots.isDurable(ballot(round, 0)));
    expect(known).to.deep.equal([true, false]);
  });

  it('skips rounds durably, with all that it has reserved, and none twice', () => {
    const ballots = new BallotAllocator(0);
    ballots.ballotAbove(undefined, beginStep());
    const step = beginStep();
    ballots.skipTo(5, step);
    expect(reserved(step.effects)).to.deep.equal([1001]);
    ballots.skipTo(1001, step);
    expect(reserved(step.effects)).to.deep.equal([1001]);
    ballots.skipTo(1002, step);
    expect(reserved(step.effects)).to.deep.equal([1001, 1002]);
    expect(ballots.ballotAbove(undefined, step).round).to.equal(1003);
  });

  it('takes only a reservation for one, and never a lower one', () => {
    const ballots = new BallotAllocator(0);
    ballots.onPersisted([{ type: 'reserved', round: 1001 }]);
    ballots.onPersisted([{ type: 'reserved', round: 500 }]);
    ballots.onPersisted([{ type: 'promised', seq: 1, ballot: ballot(9000, 1) }]);
    const known = [1001, 1002].map((round) => ballots.isDurable(ballot(round, 0)));
    expect(known).to.deep.equal([true, false]);
  });

  it('reserves more when a seen ballot lies beyond the block', () => {
    const step = beginStep();
    const ballots = new BallotAllocator(0);
    ballots.ballotAbove(undefined, step);
    const { round } = ballots.ballotAbove(ballot(5000, 1), step);
    expect(reserved(step.effects).at(-1)).to.be.at.least(round);
  });

  it('calls no ballot durable before its reservation is', () => {
    const step = beginStep();
    const ballots = new BallotAllocator(0);
    const own = ballots.ballotAbove(undefined, step);
    expect(ballots.isDurable(own)).to.equal(false);
    ballots.onPersisted(step.effects.persist);
    expect(ballots.isDurable(own)).to.equal(true);
    expect(ballots.isDurable(ballots.ballotAbove(ballot(9000, 1), step))).to.equal(false);
  });

  it('never uses a round twice over restarts, also after a crash right after the reservation', () => {
    let memory = 0;
    let highest = 0;
    for (let run = 0; run < 5; run += 1) {
      const ballots = new BallotAllocator(0);
      ballots.restore(memory);
      const step = beginStep();
      const own = ballots.ballotAbove(undefined, step);
      expect(own.round).to.be.greaterThan(highest);
      highest = ballots.ballotAbove(ballot(own.round + 500, 1), step).round;
      memory = Math.max(memory, ...reserved(step.effects));
    }
  });

  it('restores the highest reservation, whatever their order', () => {
    const ballots = new BallotAllocator(0);
    ballots.restore(3000);
    ballots.restore(1000);
    expect(ballots.ballotAbove(undefined, beginStep()).round).to.equal(3001);
  });

  it('stops rather than going beyond the highest round', () => {
    const ballots = new BallotAllocator(0);
    const step = beginStep();
    const last = ballots.ballotAbove(ballot(roundMax - 1, 1), step);
    expect(last.round).to.equal(roundMax);
    expect(reserved(step.effects)).to.deep.equal([roundMax]);
    expect(() => ballots.ballotAbove(last, step)).to.throw(/round/);
  });
});
