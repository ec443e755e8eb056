import { type Effects, roundMax } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { expect } from 'chai';
import { ballot, beginStep } from './steps.ts';

/** The rounds a step reserved on disk. */
function reserved(effects: Effects<string>): number[] {
  return effects.persist.flatMap((write) => (write.type === 'reserved' ? [write.round] : []));
}

describe('Rounds', () => {
  it('makes ballots of its own peer, above the one seen', () => {
    const { outbox } = beginStep(2);
    const rounds = new BallotAllocator(2);
    expect(rounds.ballotAbove(undefined, outbox)).to.deep.equal(ballot(1, 2));
    expect(rounds.ballotAbove(ballot(9, 0), outbox)).to.deep.equal(ballot(10, 2));
  });

  it('reserves a block on disk with its first ballot, and none again within the block', () => {
    const { outbox, effects } = beginStep();
    const rounds = new BallotAllocator(0);
    rounds.ballotAbove(undefined, outbox);
    rounds.ballotAbove(ballot(500, 1), outbox);
    expect(reserved(effects)).to.have.length(1);
    expect(reserved(effects)[0]).to.be.at.least(501);
  });

  it('reserves more when a seen ballot lies beyond the block', () => {
    const { outbox, effects } = beginStep();
    const rounds = new BallotAllocator(0);
    rounds.ballotAbove(undefined, outbox);
    const { round } = rounds.ballotAbove(ballot(5000, 1), outbox);
    expect(reserved(effects).at(-1)).to.be.at.least(round);
  });

  it('lets nobody hear of a ballot before its reservation is durable', () => {
    const { outbox, effects } = beginStep();
    const rounds = new BallotAllocator(0);
    const own = rounds.ballotAbove(undefined, outbox);
    expect(rounds.isDurable(own)).to.equal(false);
    rounds.onPersisted(reserved(effects)[0] ?? 0);
    expect(rounds.isDurable(own)).to.equal(true);
    expect(rounds.isDurable(rounds.ballotAbove(ballot(9000, 1), outbox))).to.equal(false);
  });

  it('never uses a round twice over restarts, also after a crash right after the reservation', () => {
    let memory = 0;
    let highest = 0;
    for (let run = 0; run < 5; run += 1) {
      const rounds = new BallotAllocator(0);
      rounds.restore(memory);
      const { outbox, effects } = beginStep();
      const own = rounds.ballotAbove(undefined, outbox);
      expect(own.round).to.be.greaterThan(highest);
      highest = rounds.ballotAbove(ballot(own.round + 500, 1), outbox).round;
      memory = Math.max(memory, ...reserved(effects));
    }
  });

  it('restores the highest reservation, whatever their order', () => {
    const rounds = new BallotAllocator(0);
    rounds.restore(3000);
    rounds.restore(1000);
    expect(rounds.ballotAbove(undefined, beginStep().outbox).round).to.equal(3001);
  });

  it('stops rather than going beyond the highest round', () => {
    const rounds = new BallotAllocator(0);
    const { outbox, effects } = beginStep();
    const last = rounds.ballotAbove(ballot(roundMax - 1, 1), outbox);
    expect(last.round).to.equal(roundMax);
    expect(reserved(effects)).to.deep.equal([roundMax]);
    expect(() => rounds.ballotAbove(last, outbox)).to.throw(/round/);
  });
});
