/** Election, rule by rule: what it makes of one message. `election.test.ts` runs whole elections. */
import { type LeaderMessage, messageLimitsDefault, type PeerId } from '@paxkv/paxos/core';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom, mail } from '../steps.ts';

const own = ballot(1, 0);

describe('Election', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      ...{ me: 0, peerCount: 3, random: constantRandom, memory: 'kept', isCandidate: true },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
  });

  function hear(from: PeerId, message: LeaderMessage<string>) {
    const step = beginStep();
    roles.election.onMessage(from, message, step);
    return step.effects;
  }

  /** Becomes a candidate at ballot `own`. */
  function standForElection() {
    return hear(1, { type: 'transferLeadership', ballot: ballot(0, 1) });
  }

  function promise(from: PeerId, ...votes: { seq: number; value: string }[]) {
    const reported = votes.map(({ seq, value }) => ({
      seq,
      vote: { ballot: ballot(0, 2), value },
    }));
    roles.leader.onAnswer(from, 0);
    return hear(from, { type: 'logPromised', ballot: own, firstSeq: 0, votes: reported });
  }

  describe('the promise of a log', () => {
    it('makes the peer that asked for it the leader, as far as is known here', () => {
      hear(1, { type: 'prepareLog', ballot: ballot(4, 1) });
      expect(roles.leader.leader).to.equal(1);
    });

    it('is refused to a lower ballot than was promised, which makes no leader', () => {
      hear(2, { type: 'prepareLog', ballot: ballot(4, 2) });
      const { sendNow, sendAfter, persist } = hear(1, { type: 'prepareLog', ballot: ballot(4, 1) });
      expect(mail(sendNow)).to.deep.equal([
        [1, { type: 'logRejected', ballot: ballot(4, 1), promised: ballot(4, 2) }],
      ]);
      expect([sendAfter, persist]).to.deep.equal([[], []]);
      expect(roles.leader.leader).to.equal(2);
    });

    it('is asked for at once where the ballot is durable', () => {
      const { persist, sendNow, sendAfter } = standForElection();
      expect([sendNow.length, sendAfter.length]).to.deep.equal([0, 3]);
      roles.ballots.onPersisted(persist);
      const again = standForElection();
      expect(mail(again.sendNow)).to.deep.equal(
        [0, 1, 2].map((to) => [to, { type: 'prepareLog', ballot: ballot(2, 0) }]),
      );
      expect(again.sendAfter).to.deep.equal([]);
    });
  });

  describe('a peer that wins', () => {
    it('announces itself to all others at once, and tells up to where it knows all', () => {
      roles.learner.learn(0, 'a');
      standForElection();
      promise(0);
      const { sendNow } = promise(1);
      expect(mail(sendNow)).to.deep.equal(
        [1, 2].map((to) => [to, { type: 'heartbeat', ballot: own, knownUpTo: 0 }]),
      );
    });

    it('finishes what was reported to it', () => {
      standForElection();
      promise(0);
      promise(1, { seq: 3, value: 'reported' });
      expect(roles.proposer.open()).to.deep.equal([{ seq: 3, value: 'reported' }]);
    });

    it('stops at the word that a higher ballot was promised', () => {
      standForElection();
      for (const from of [0, 1]) promise(from);
      expect(roles.leader.isLeading).to.equal(true);
      hear(2, { type: 'logRejected', ballot: own, promised: ballot(3, 2) });
      expect(roles.leader.isLeading).to.equal(false);
      const { sendAfter } = standForElection();
      expect(sendAfter[0]?.message).to.deep.equal({ type: 'prepareLog', ballot: ballot(4, 0) });
    });

    it('answers a pre-vote with a heartbeat', () => {
      standForElection();
      for (const from of [0, 1]) promise(from);
      const { sendNow } = hear(2, { type: 'preVote', id: 7 });
      expect(mail(sendNow)).to.deep.equal([[2, { type: 'heartbeat', ballot: own }]]);
    });
  });

  describe('a heartbeat', () => {
    it('is answered, and makes its sender the leader', () => {
      const { sendNow } = hear(1, { type: 'heartbeat', ballot: ballot(4, 1) });
      expect(mail(sendNow)).to.deep.equal([[1, { type: 'heartbeatAck', ballot: ballot(4, 1) }]]);
      expect(roles.leader.leader).to.equal(1);
    });

    it('has a candidate reserve the next ballot before it needs it', () => {
      const { persist } = hear(1, { type: 'heartbeat', ballot: ballot(4, 1) });
      expect(persist).to.deep.equal([{ type: 'reserved', round: 1005 }]);
    });

    it('below the promise of the log is refused with that promise', () => {
      hear(2, { type: 'prepareLog', ballot: ballot(5, 2) });
      const { sendNow } = hear(1, { type: 'heartbeat', ballot: ballot(4, 1) });
      expect(mail(sendNow)).to.deep.equal([
        [1, { type: 'logRejected', ballot: ballot(4, 1), promised: ballot(5, 2) }],
      ]);
      expect(roles.leader.leader).to.equal(2);
    });
  });

  it('takes the rejection of a proposal for the word of a leader only if it names the promise of a log', () => {
    standForElection();
    for (const from of [0, 1]) promise(from);
    const rejected = { type: 'rejected', seq: 3, ballot: own, promised: ballot(9, 1) } as const;
    roles.election.observe(1, rejected, 0);
    expect(roles.leader.isLeading).to.equal(true);
    roles.election.observe(1, { ...rejected, logPromise: ballot(8, 1) }, 0);
    expect(roles.leader.isLeading).to.equal(false);
  });

  it('sends nothing when the host stops, unless it leads', () => {
    const step = beginStep();
    roles.election.stepDown(step);
    expect(step.effects.sendNow).to.deep.equal([]);
    standForElection();
    for (const from of [0, 1]) promise(from);
    roles.leader.onAnswer(2, 5);
    roles.election.stepDown(step);
    expect(mail(step.effects.sendNow)).to.deep.equal([
      [2, { type: 'transferLeadership', ballot: own }],
    ]);
  });
});
