/** Agreement, rule by rule: what it makes of one call. The random search beside this file runs all of it together. */
import {
  type Effects,
  type InstanceRequest,
  type Memory,
  type Message,
  messageLimitsDefault,
  type PeerId,
} from '@paxkv/paxos/core';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import type { Step } from '@paxkv/paxos/internal/core/step';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot, beginStep, constantRandom, mail } from '../steps.ts';

const own = ballot(1, 0);
const vote = { ballot: ballot(1, 2), value: 'voted' };

describe('Agreement', () => {
  let roles: Roles<string>;

  beforeEach(() => restart());

  function restart(memory: Memory<string>['state'] = 'kept', isCandidate = true): void {
    roles = createRoles<string>({
      ...{ me: 0, peerCount: 3, random: constantRandom, memory, isCandidate },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
  }

  function during(act: (step: Step<string>) => void, now = 0): Effects<string> {
    const step = beginStep(0, now);
    act(step);
    return step.effects;
  }

  function propose(seq: number, value = 'own', now = 0) {
    return mail(during((step) => roles.agreement.propose({ seq, value }, step), now).sendNow);
  }

  function ask(request: InstanceRequest<string>, from: PeerId = 1): Effects<string> {
    return during((step) => roles.agreement.onMessage(from, request, step));
  }

  /** Has this peer lose its memory, and admitted again above instance `votingFloor`. */
  function rejoin(votingFloor: number): void {
    restart('lost');
    const { persist } = during((step) => roles.participation.begin(step));
    const [begun] = persist;
    if (begun?.type !== 'incarnation') throw new Error('a peer without memory begins anew');
    roles.participation.restore({ ...begun, votingFloor });
  }

  /** Lets this peer lead at ballot `own`, with the promises of itself and of peer 1, which reports these votes. */
  function lead(...votes: { seq: number; vote: typeof vote }[]): void {
    roles.leader.becomeCandidate(beginStep());
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0 } as const;
    roles.leader.onAnswer(1, 0);
    roles.leader.onLogPromised(0, { ...promised, votes: [] }, 0);
    roles.leader.onLogPromised(1, { ...promised, votes }, 0);
  }

  function firstSeqPromised(): number {
    const request = { type: 'prepareLog', ballot: ballot(9, 1) } as const;
    const answer = roles.agreement.promiseLog(request, beginStep());
    return answer.type === 'logPromised' ? answer.firstSeq : Number.NaN;
  }

  describe('how far this peer has come', () => {
    it('is nowhere while it takes part in nothing', () => {
      restart('lost');
      const { max, votedUpTo } = roles.agreement;
      expect({ max, votedUpTo }).to.deep.equal({ max: -1, votedUpTo: -1 });
    });

    it('is at least its voting floor, up to which an earlier incarnation may have voted', () => {
      rejoin(7);
      const { max, votedUpTo } = roles.agreement;
      expect({ max, votedUpTo }).to.deep.equal({ max: 7, votedUpTo: 7 });
      expect(firstSeqPromised()).to.equal(8);
    });

    it('is at least what it has forgotten', () => {
      roles.truncation.restore(5);
      expect(roles.agreement.votedUpTo).to.equal(4);
      expect(firstSeqPromised()).to.equal(5);
    });

    it('is at least the highest decision that it knows', () => {
      roles.learner.learn(6, 'a');
      const { max, votedUpTo, knownUpTo } = roles.agreement;
      expect({ max, votedUpTo, knownUpTo }).to.deep.equal({ max: 6, votedUpTo: 6, knownUpTo: -1 });
      expect(firstSeqPromised()).to.equal(7);
    });

    it('is at least its highest vote, which leaves the instances below open', () => {
      ask({ type: 'accept', seq: 6, ballot: own, value: 'a' });
      expect(roles.agreement.votedUpTo).to.equal(6);
      expect(firstSeqPromised()).to.equal(0);
    });
  });

  describe('a proposal', () => {
    it('has no effect in a forgotten instance', () => {
      roles.truncation.restore(5);
      roles.learner.skipBelow(5);
      const { max } = roles.agreement;
      expect(propose(4)).to.deep.equal([]);
      expect(roles.proposer.isIdle).to.equal(true);
      expect(roles.agreement.max).to.equal(max);
      propose(5);
      expect(roles.proposer.open()).to.deep.equal([{ seq: 5, value: 'own' }]);
    });

    it('asks for the decision below the floor, where others may have forgotten it, and not from there on', () => {
      roles.truncation.observe(1, { done: -1, floor: 3, everyPeerMin: 0 });
      const learn = { type: 'learn', seq: 0, count: 16 };
      expect(propose(0)).to.deep.equal([
        [1, learn],
        [2, learn],
      ]);
      roles.learner.skipBelow(3);
      expect(propose(3)).to.deep.equal([]);
      expect(roles.proposer.open().map(({ seq }) => seq)).to.deep.equal([0, 3]);
    });

    it('of a leader takes the value of the vote that was reported, and the own one where none was (P2c)', () => {
      lead({ seq: 3, vote });
      const valuesAsked = (seq: number) =>
        propose(seq).map(([, message]) => (message.type === 'accept' ? message.value : message));
      expect(valuesAsked(3)).to.deep.equal(['voted', 'voted', 'voted']);
      expect(valuesAsked(4)).to.deep.equal(['own', 'own', 'own']);
    });

    it('of a leader replaces a heartbeat', () => {
      lead();
      expect(roles.leader.wake(0)).to.include({ type: 'heartbeat' });
      propose(0, 'own', 40);
      expect(roles.leader.wake(50)).to.equal(undefined);
    });

    it('of a peer that begins to lead goes on at its ballot, where it proposed and where it voted', () => {
      propose(2);
      ask({ type: 'accept', seq: 5, ballot: vote.ballot, value: 'voted' });
      roles.leader.onHigherBallot(ballot(8, 1), 0);
      const { ballot: leading } = roles.leader.becomeCandidate(beginStep());
      for (const from of [0, 1]) {
        const promised = { type: 'logPromised', ballot: leading, firstSeq: 0, votes: [] } as const;
        roles.leader.onLogPromised(from, promised, 0);
      }
      const { sendNow } = during((step) => roles.agreement.proposeOpen(step));
      const accepts = mail(sendNow).flatMap(([to, message]) => (to === 1 ? [message] : []));
      expect(accepts).to.deep.equal([
        { type: 'accept', seq: 2, ballot: leading, value: 'own' },
        { type: 'accept', seq: 5, ballot: leading, value: 'voted' },
      ]);
    });
  });

  describe('a request', () => {
    it('to promise or vote is answered with the decision of that instance alone', () => {
      for (const seq of [0, 1]) roles.learner.learn(seq, `v${seq}`);
      for (const request of [
        { type: 'prepare', seq: 0, ballot: own },
        { type: 'accept', seq: 0, ballot: own, value: 'a' },
      ] as const) {
        expect(mail(ask(request).sendNow)).to.deep.equal([
          [1, { type: 'learned', seq: 0, values: ['v0'] }],
        ]);
      }
    });

    it('without commit notices does not count as one with them', () => {
      const accept = { type: 'accept', seq: 9, ballot: own, value: 'a' } as const;
      ask(accept);
      const step = beginStep(0, 20);
      const decided = [{ seq: 9, ballot: own }];
      // These notices are the first: those that this peer lacks may be on their way.
      roles.agreement.onMessage(1, { ...accept, seq: 10, decided, knownUpTo: 4 }, step);
      expect(mail(step.effects.sendNow)).to.deep.equal([]);
      expect(step.effects.decided).to.deep.equal([{ seq: 9, value: 'a' }]);
    });
  });

  describe('a message that could not be delivered', () => {
    function report(message: Message<string>, to: PeerId = 1): void {
      const envelope = { from: 0, to, ...nothingForgotten, mark: plainMark(), message };
      roles.agreement.onUndeliverable(envelope, 10);
    }

    /** Whether it asks for decisions again at `now`. */
    function asksAgain(now: number): boolean {
      const { sendNow } = during((step) => roles.catchUp.onKnownUpTo(2, 5, step), now);
      return sendNow.length > 0;
    }

    it('is sent again if it is a commit notice, alone or in a request', () => {
      const notice = { type: 'decided', seq: 0, ballot: own } as const;
      report(notice);
      report({
        type: 'accept',
        seq: 9,
        ballot: own,
        value: 'a',
        decided: [{ seq: 1, ballot: own }],
      });
      const { sendNow } = during((step) => roles.agreement.wake(step), 1000);
      expect(mail(sendNow)).to.deep.equal([
        [1, notice],
        [1, { ...notice, seq: 1 }],
      ]);
    });

    it('is followed by another Learn soon only if it is the Learn that waits for an answer', () => {
      during((step) => roles.catchUp.onKnownUpTo(1, 5, step));
      for (const message of [
        { type: 'prepare', seq: 0, ballot: own },
        { type: 'accept', seq: 0, ballot: own, value: 'a' },
        { type: 'decided', seq: 0, ballot: own },
      ] as const) {
        report(message);
        expect(asksAgain(50), message.type).to.equal(false);
      }
      report({ type: 'learn', seq: 0, count: 6 });
      expect(asksAgain(50)).to.equal(true);
    });

    it('is soon repeated by its proposer if it asked for promises or votes', () => {
      propose(3);
      expect(roles.agreement.wakeAt()).to.equal(100);
      report({ type: 'prepare', seq: 3, ballot: own });
      expect(roles.agreement.wakeAt()).to.equal(15);
    });
  });

  it('wakes for its proposals and for its commit notices, whichever are due first', () => {
    expect(roles.agreement.wakeAt()).to.equal(undefined);
    propose(3);
    expect(roles.agreement.wakeAt()).to.equal(100);
    roles.decisions.onUndeliverable(1, { type: 'decided', seq: 0, ballot: own }, 0);
    expect(roles.agreement.wakeAt()).to.equal(10);
    const { sendNow, sendAfter } = during((step) => roles.agreement.wake(step), 100);
    expect(sendNow.map(({ message }) => message.type)).to.deep.equal(['decided']);
    expect(sendAfter.map(({ message }) => message.type)).to.deep.equal([
      'prepare',
      'prepare',
      'prepare',
    ]);
  });

  it('learns from an answer that the other peer holds nothing, and asks the next', () => {
    during((step) => roles.catchUp.onKnownUpTo(1, 5, step));
    expect(roles.catchUp.canLearn(0)).to.equal(true);
    roles.agreement.onMessage(1, { type: 'forgotten', seq: 0 }, beginStep());
    expect(roles.catchUp.canLearn(0)).to.equal(false);
  });

  it('ends proposals below the floor, and frees the votes that were reported there', () => {
    lead({ seq: 3, vote }, { seq: 5, vote });
    for (const seq of [3, 5]) propose(seq);
    roles.agreement.releaseBelow(5);
    expect(roles.proposer.open().map(({ seq }) => seq)).to.deep.equal([5]);
    expect(roles.leader.reportedVotes().map(({ seq }) => seq)).to.deep.equal([5]);
  });

  it('frees votes and decisions below min, and returns the decisions in order', () => {
    for (const seq of [2, 3]) ask({ type: 'accept', seq, ballot: own, value: 'a' });
    for (const seq of [1, 0, 4]) roles.learner.learn(seq, `v${seq}`);
    expect(roles.agreement.forgetBelow(3)).to.deep.equal([
      { seq: 0, value: 'v0' },
      { seq: 1, value: 'v1' },
    ]);
    expect(roles.acceptor.votes().map(({ seq }) => seq)).to.deep.equal([3]);
    expect(roles.learner.decisions()).to.deep.equal([{ seq: 4, value: 'v4' }]);
  });
});
