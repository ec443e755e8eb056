/** Tests of the proposer of a leader, which skips phase 1. */
import type { Ballot } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { PiggybackedNotices } from '@paxkv/paxos/internal/core/commit/piggybacked-notices';
import { Learner } from '@paxkv/paxos/internal/core/instance/learner';
import { Proposer } from '@paxkv/paxos/internal/core/instance/proposer';
import { expect } from 'chai';
import { ballot, beginStep, constantDelays, mail } from '../steps.ts';

const seq = 4;
const leading = ballot(5, 0);

describe('The proposer of a leader', () => {
  let learner: Learner<string>;
  let piggybacked: PiggybackedNotices;
  let proposer: Proposer<string>;

  beforeEach(() => {
    learner = new Learner();
    piggybacked = new PiggybackedNotices([1, 2]);
    proposer = new Proposer({
      ...{ peerCount: 3, ballots: new BallotAllocator(0), delays: constantDelays() },
      ...{ learner, piggybacked },
    });
  });

  function propose(): void {
    proposer.propose({ seq, value: 'own' }, undefined, beginStep());
  }

  function acceptAt(own: Ballot = leading, value = 'led') {
    const step = beginStep(0, 1);
    proposer.acceptAt({ seq, value }, own, step);
    return mail(step.effects.sendNow);
  }

  it('asks for votes at once, at the ballot that it leads with', () => {
    const accept = { type: 'accept', seq, ballot: leading, value: 'led' };
    expect(acceptAt()).to.deep.equal([0, 1, 2].map((to) => [to, accept]));
    expect(proposer.wakeAt()).to.equal(101);
  });

  it('asks no second time at the same ballot, nor at a lower one', () => {
    acceptAt();
    expect(acceptAt()).to.deep.equal([]);
    expect(acceptAt(ballot(4, 0))).to.deep.equal([]);
    expect(acceptAt(ballot(6, 0))).to.have.length(3);
  });

  it('does not go below the ballot that rejected it', () => {
    propose();
    const [own, promised] = [ballot(1, 0), ballot(5, 1)];
    proposer.onRejected({ type: 'rejected', seq, ballot: own, promised }, 1);
    expect(acceptAt()).to.deep.equal([]);
  });

  it('lists an instance that it leads as open, with the value that it proposes there', () => {
    acceptAt();
    expect(proposer.open()).to.deep.equal([{ seq, value: 'led' }]);
  });

  it('keeps the value of its host while it proposes that of a vote', () => {
    propose();
    acceptAt(leading, 'voted');
    expect(proposer.open()).to.deep.equal([{ seq, value: 'own' }]);
  });

  it('tells each other peer with its request what was decided, and up to where it knows all', () => {
    learner.learn(0, 'a');
    const outcome = { seq: 0, ballot: leading };
    piggybacked.add(outcome, 0);
    const accept = { type: 'accept', seq, ballot: leading, value: 'led' };
    const told = { ...accept, decided: [outcome], knownUpTo: 0 };
    expect(acceptAt()).to.deep.equal([
      [0, accept],
      [1, told],
      [2, told],
    ]);
  });
});
