/** Ballots of one round: their peers order them, wherever two ballots meet. */
import { type Ballot, messageLimitsDefault } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { Leader } from '@paxkv/paxos/internal/core/leader/leader';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom, mail } from './steps.ts';

const [low, middle, high] = [ballot(7, 0), ballot(7, 1), ballot(7, 2)];

function rolesOf(me: number): Roles<string> {
  return createRoles<string>({
    ...{ me, peerCount: 3, random: constantRandom, memory: 'kept', isCandidate: true },
    ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
    retention: { type: 'everyPeer' },
  });
}

/** A peer that leads at its ballot of round 7, or waits for promises to it. */
function leading(me: number, name: 'leader' | 'candidate'): Leader<string> {
  const ballots = new BallotAllocator(me);
  const role = new Leader<string>({
    ...{ me, peerCount: 3, ballots, random: constantRandom, isCandidate: true },
  });
  role.onHigherBallot(ballot(6, 0), 0);
  const { ballot: own } = role.becomeCandidate(beginStep(me));
  expect(own).to.deep.equal(ballot(7, me));
  if (name === 'candidate') return role;
  const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
  for (const from of [0, 1, 2]) role.onLogPromised(from, promised, 0);
  expect(role.isLeading).to.equal(true);
  return role;
}

describe('Ballots of one round', () => {
  it('of a leader replace those of a lower peer for an instance, and no others', () => {
    const proposed = (tried: Ballot, own: Ballot) => {
      const { proposer } = rolesOf(own.peer);
      // The own acceptor has promised `tried`, so the proposer waits and must go above it.
      proposer.propose({ seq: 3, value: 'v' }, tried, beginStep(own.peer));
      const step = beginStep(own.peer);
      proposer.acceptAt({ seq: 3, value: 'v' }, own, step);
      return mail(step.effects.sendNow).length > 0;
    };
    expect(proposed(low, middle)).to.equal(true);
    expect(proposed(low, high)).to.equal(true);
    expect(proposed(middle, high)).to.equal(true);
    expect(proposed(middle, low)).to.equal(false);
    expect(proposed(high, middle)).to.equal(false);
    expect(proposed(middle, middle)).to.equal(false);
  });

  it('that reject a proposal are exceeded from the highest on, in whatever order they come', () => {
    for (const [one, other] of [
      [middle, high],
      [high, middle],
    ] as const) {
      const { proposer } = rolesOf(0);
      proposer.propose({ seq: 3, value: 'v' }, one, beginStep());
      proposer.onRejected({ type: 'rejected', seq: 3, ballot: low, promised: other }, 0);
      expect(proposer.ballot(3)).to.deep.equal(high);
    }
  });

  it('name one leader: that of the highest peer, in whatever order they are heard', () => {
    for (const order of [
      [middle, high],
      [high, middle],
      [middle, high, middle],
    ]) {
      const { leader } = rolesOf(0);
      for (const each of order) leader.onLeaderHeard(each, 0);
      expect(leader.leader).to.equal(2);
      expect([middle, high].map((each) => leader.follows(each))).to.deep.equal([false, true]);
    }
  });

  for (const name of ['leader', 'candidate'] as const) {
    it(`end a ${name} of a lower peer, and none of a higher one`, () => {
      for (const [me, other, goesOn] of [
        [0, middle, false],
        [1, high, false],
        [1, low, true],
        [2, middle, true],
      ] as const) {
        for (const hear of ['onLeaderHeard', 'onHigherBallot'] as const) {
          const role = leading(me, name);
          role[hear](other, 1);
          const promised = { type: 'logPromised', ballot: ballot(7, me), firstSeq: 0 } as const;
          for (const from of [0, 1]) role.onLogPromised(from, { ...promised, votes: [] }, 1);
          expect(role.isLeading, `peer ${me} after ${hear} of ${other.peer}`).to.equal(goesOn);
        }
      }
    });
  }

  it('of a lower peer than was promised are refused as heartbeats, and the others answered', () => {
    for (const [heard, answer] of [
      [middle, 'logRejected'],
      [high, 'heartbeatAck'],
      [ballot(8, 1), 'heartbeatAck'],
    ] as const) {
      const { acceptor, election, leader } = rolesOf(0);
      acceptor.restore({ type: 'logPromised', ballot: high });
      const step = beginStep();
      election.onMessage(heard.peer, { type: 'heartbeat', ballot: heard }, step);
      expect(mail(step.effects.sendNow).map(([, { type }]) => type)).to.deep.equal([answer]);
      expect(leader.leader).to.equal(answer === 'heartbeatAck' ? heard.peer : undefined);
    }
  });

  it('show a leader by a request in a new instance only, and only those that were promised', () => {
    const leaderAfter = (from: number, at: Ballot, seq: number) => {
      const { acceptor, agreement, election, leader } = rolesOf(0);
      acceptor.restore({ type: 'logPromised', ballot: high });
      agreement.noteMax(5);
      election.observe(from, { type: 'accept', seq, ballot: at, value: 'v' }, 0);
      return leader.leader;
    };
    expect([4, 5, 6].map((seq) => leaderAfter(2, high, seq))).to.deep.equal([
      ...[undefined, undefined, 2],
    ]);
    expect(leaderAfter(1, middle, 6), 'not promised').to.equal(undefined);
    expect(leaderAfter(1, high, 6), 'not from its leader').to.equal(undefined);
  });

  it('are told apart in the promise of a log and of an instance', () => {
    const { acceptor } = rolesOf(0);
    acceptor.restore({ type: 'logPromised', ballot: middle });
    acceptor.restore({ type: 'promised', seq: 3, ballot: low });
    expect(acceptor.promised(3)).to.deep.equal(middle);
    acceptor.restore({ type: 'promised', seq: 3, ballot: high });
    expect(acceptor.promised(3)).to.deep.equal(high);
    acceptor.restore({ type: 'promised', seq: 3, ballot: middle });
    expect(acceptor.promised(3)).to.deep.equal(high);
  });
});
