import type { Ballot, Effects, Envelope, PeerId, Vote } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { PiggybackedNotices } from '@paxkv/paxos/internal/core/commit/piggybacked-notices';
import { Learner } from '@paxkv/paxos/internal/core/instance/learner';
import { Proposer } from '@paxkv/paxos/internal/core/instance/proposer';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot, beginStep, constantDelays, mail, recipients } from '../steps.ts';

const seq = 4;
const first = ballot(1, 0);

describe('Proposer', () => {
  let ballots: BallotAllocator;
  let proposer: Proposer<string>;

  beforeEach(() => {
    ballots = new BallotAllocator(0);
    proposer = new Proposer({
      peerCount: 3,
      ballots,
      delays: constantDelays(),
      learner: new Learner<string>(),
      piggybacked: new PiggybackedNotices([1, 2]),
    });
  });

  function propose(value = 'own', promised?: Ballot): Effects<string> {
    const step = beginStep();
    proposer.propose({ seq, value }, promised, step);
    return step.effects;
  }

  function promise(from: PeerId, own: Ballot, vote?: Vote<string>): Effects<string> {
    const step = beginStep(0, 1);
    const message = { type: 'promised', seq, ballot: own } as const;
    proposer.onPromised(from, vote ? { ...message, vote } : message, step);
    return step.effects;
  }

  function accepted(from: PeerId, own: Ballot) {
    return proposer.onAccepted(from, { type: 'accepted', seq, ballot: own }, 1);
  }

  function reject(own: Ballot, promised: Ballot): void {
    proposer.onRejected({ type: 'rejected', seq, ballot: own, promised }, 1);
  }

  function wake(now: number): Effects<string> {
    const step = beginStep(0, now);
    proposer.wake(step);
    return step.effects;
  }

  /** The value for which this step asks votes, if it does. */
  function acceptValue(effects: Effects<string>): string | undefined {
    const message = effects.sendNow[0]?.message;
    return message?.type === 'accept' ? message.value : undefined;
  }

  it('prepares at every peer, itself too, and only after its round is durable', () => {
    const { sendNow, sendAfter, persist } = propose();
    expect(sendNow).to.deep.equal([]);
    expect(recipients(sendAfter)).to.deep.equal([0, 1, 2]);
    expect(sendAfter[0]?.message).to.deep.equal({ type: 'prepare', seq, ballot: first });
    expect(persist.map(({ type }) => type)).to.deep.equal(['reserved']);
  });

  it('prepares at once within a block of ballots that is durable', () => {
    ballots.ballotAbove(undefined, beginStep());
    ballots.onPersisted([{ type: 'reserved', round: 1000 }]);
    const { sendNow, sendAfter } = propose();
    expect(recipients(sendNow)).to.deep.equal([0, 1, 2]);
    expect(sendAfter).to.deep.equal([]);
  });

  it('ignores a second proposal for an instance that it already proposes in', () => {
    propose('own');
    expect(propose('other').sendAfter).to.deep.equal([]);
    promise(0, first);
    expect(acceptValue(promise(1, first))).to.equal('own');
  });

  it('asks for votes once a quorum promised, for its own value if none has voted (P2c)', () => {
    propose();
    expect(promise(1, first).sendNow).to.deep.equal([]);
    const { sendNow } = promise(2, first);
    expect(mail(sendNow)).to.deep.equal(
      [0, 1, 2].map((to) => [to, { type: 'accept', seq, ballot: first, value: 'own' }]),
    );
  });

  it('makes nothing of answers in an instance in which it does not propose', () => {
    expect(promise(1, first).sendNow).to.deep.equal([]);
    expect(accepted(1, first)).to.equal(undefined);
    reject(first, ballot(7, 2));
    expect([proposer.isIdle, proposer.wakeAt()]).to.deep.equal([true, undefined]);
  });

  it('counts a repeated promise once', () => {
    propose();
    promise(1, first);
    expect(promise(1, first).sendNow).to.deep.equal([]);
  });

  const older = { ballot: ballot(2, 1), value: 'older' };
  const newer = { ballot: ballot(3, 2), value: 'newer' };
  const tied = { ballot: ballot(3, 1), value: 'tied' };
  const orders: [string, Vote<string> | undefined, Vote<string> | undefined, string][] = [
    ['the higher vote reported last', older, newer, 'newer'],
    ['the higher vote reported first', newer, older, 'newer'],
    ['the vote of the higher peer in an equal round, reported last', tied, newer, 'newer'],
    ['the vote of the higher peer in an equal round, reported first', newer, tied, 'newer'],
    ['the only vote, reported first', older, undefined, 'older'],
    ['the only vote, reported last', undefined, older, 'older'],
  ];
  for (const [what, one, other, adopted] of orders) {
    it(`adopts ${what} (P2c)`, () => {
      propose('own', ballot(5, 2));
      wake(1000);
      promise(0, ballot(6, 0), one);
      expect(acceptValue(promise(2, ballot(6, 0), other))).to.equal(adopted);
    });
  }

  it('keeps its value through a ballot when a promise arrives late with a higher vote', () => {
    propose('own', ballot(5, 2));
    wake(1000);
    promise(0, ballot(6, 0), older);
    promise(1, ballot(6, 0));
    expect(promise(2, ballot(6, 0), newer).sendNow).to.deep.equal([]);
    expect(acceptValue(wake(5000))).to.equal('older');
  });

  it('ends with a quorum of votes at one ballot, and reports the voters', () => {
    propose();
    promise(0, first);
    promise(1, first);
    expect(accepted(2, first)).to.equal(undefined);
    const chosen = accepted(0, first);
    expect(chosen).to.include({ seq, value: 'own' });
    expect([0, 1, 2].map((peer) => chosen?.voters.has(peer))).to.deep.equal([true, false, true]);
  });

  it('counts a repeated vote once', () => {
    propose();
    promise(0, first);
    promise(1, first);
    accepted(2, first);
    expect(accepted(2, first)).to.equal(undefined);
  });

  it('counts no vote while it is still preparing', () => {
    propose();
    expect([0, 1, 2].map((from) => accepted(from, first))).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('never adds up votes of different ballots', () => {
    propose();
    promise(0, first);
    promise(1, first);
    accepted(0, first);
    reject(first, ballot(1, 2));
    wake(1000);
    const second = ballot(2, 0);
    promise(0, second);
    promise(1, second);
    expect(accepted(1, second)).to.equal(undefined);
    expect(accepted(2, first)).to.equal(undefined);
    expect(accepted(2, second)).to.include({ seq });
  });

  it('ignores promises and rejections of an earlier ballot', () => {
    propose();
    reject(first, ballot(1, 2));
    wake(1000);
    promise(0, ballot(2, 0));
    expect(promise(1, first).sendNow).to.deep.equal([]);
    reject(first, ballot(9, 2));
    expect(promise(2, ballot(2, 0)).sendNow).to.have.length(3);
  });

  it('starts again after a random wait, above the ballot that superseded its own', () => {
    propose();
    reject(first, ballot(7, 2));
    reject(first, ballot(6, 1));
    expect(proposer.wakeAt()).to.equal(6);
    expect(wake(5).sendNow).to.deep.equal([]);
    const { sendAfter } = wake(6);
    expect(sendAfter[0]?.message).to.deep.equal({ type: 'prepare', seq, ballot: ballot(8, 0) });
  });

  it('goes above the highest ballot of all rejections that arrive while it waits', () => {
    propose();
    reject(first, ballot(3, 2));
    reject(first, ballot(7, 2));
    expect(proposer.ballot(seq)).to.deep.equal(ballot(7, 2));
  });

  it('waits longer after each rejection, which ends a duel', () => {
    propose();
    reject(first, ballot(1, 1));
    const waitFirst = (proposer.wakeAt() ?? 0) - 1;
    wake(10);
    reject(ballot(2, 0), ballot(2, 1));
    expect((proposer.wakeAt() ?? 0) - 1).to.equal(2 * waitFirst);
  });

  it('lets another proposer finish first when its acceptor has promised already', () => {
    const step = beginStep(0, 1000);
    proposer.propose({ seq, value: 'own' }, ballot(5, 2), step);
    expect(step.effects.sendAfter).to.deep.equal([]);
    expect(proposer.wakeAt()).to.equal(1005);
    const { sendAfter } = wake(proposer.wakeAt() ?? 0);
    expect(sendAfter[0]?.message).to.deep.equal({ type: 'prepare', seq, ballot: ballot(6, 0) });
  });

  it('asks the peers that have not answered again, at the same ballot, when the wait ends', () => {
    propose();
    ballots.onPersisted([{ type: 'reserved', round: 1000 }]);
    promise(1, first);
    expect(mail(wake(100).sendNow)).to.deep.equal(
      [0, 2].map((to) => [to, { type: 'prepare', seq, ballot: first }]),
    );
    promise(2, first);
    accepted(0, first);
    expect(mail(wake(1000).sendNow)).to.deep.equal(
      [1, 2].map((to) => [to, { type: 'accept', seq, ballot: first, value: 'own' }]),
    );
  });

  it('asks again sooner if its request was undeliverable, unless that phase is over', () => {
    propose();
    const message = { type: 'prepare', seq, ballot: first } as const;
    const lost = { from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message };
    proposer.onUndeliverable(lost, 1);
    expect(proposer.wakeAt()).to.equal(6);
    promise(0, first);
    promise(1, first);
    const wakeAt = proposer.wakeAt();
    proposer.onUndeliverable(lost, 1);
    expect(proposer.wakeAt()).to.equal(wakeAt);
  });

  it('ends with the decision, and when its instance falls below the floor', () => {
    propose();
    proposer.release(seq);
    expect(wake(9000).sendAfter).to.deep.equal([]);
    propose();
    proposer.releaseBelow(seq + 1);
    expect(proposer.wakeAt()).to.equal(undefined);
  });

  it('goes above the ballot of the higher peer among rejections of an equal round', () => {
    propose();
    reject(first, ballot(7, 1));
    reject(first, ballot(7, 2));
    reject(first, ballot(7, 1));
    expect(proposer.ballot(seq)).to.deep.equal(ballot(7, 2));
  });

  it('is idle without a proposal, and lists those that are open with the values of its host', () => {
    expect(proposer.isIdle).to.equal(true);
    propose();
    promise(0, first, older);
    promise(1, first);
    expect([proposer.isIdle, proposer.open()]).to.deep.equal([false, [{ seq, value: 'own' }]]);
    proposer.release(seq);
    expect([proposer.isIdle, proposer.open()]).to.deep.equal([true, []]);
    expect(proposer.ballot(seq)).to.equal(undefined);
  });

  it('keeps what stands at the floor and above', () => {
    propose();
    proposer.releaseBelow(seq);
    expect(proposer.isIdle).to.equal(false);
  });

  it('wants to be woken for the earliest of its proposals', () => {
    const wakes = [50, 20, 70].map((now, index) => {
      const step = beginStep(0, now);
      proposer.propose({ seq: index, value: 'own' }, undefined, step);
      return proposer.wakeAt();
    });
    expect(wakes).to.deep.equal([150, 120, 120]);
  });

  it('waits after each phase as long as for its first answer', () => {
    propose();
    expect(proposer.wakeAt()).to.equal(100);
    promise(0, first);
    promise(1, first);
    expect(proposer.wakeAt()).to.equal(101);
  });

  it('waits twice as long after each request that went unanswered', () => {
    propose();
    wake(99);
    expect(proposer.wakeAt()).to.equal(100);
    wake(100);
    expect(proposer.wakeAt()).to.equal(300);
  });

  describe('that waits for an answer', () => {
    function answerAfter(ms: number): void {
      proposer.onAccepted(0, { type: 'accepted', seq, ballot: first }, 1 + ms);
      proposer.onAccepted(1, { type: 'accepted', seq, ballot: first }, 1 + ms);
    }

    /** How long it waits in another instance. */
    function nextWait(): number {
      proposer.propose({ seq: 9, value: 'next' }, undefined, beginStep(0, 0));
      proposer.release(seq);
      return proposer.wakeAt() ?? 0;
    }

    beforeEach(() => {
      propose();
      promise(0, first);
      promise(1, first);
    });

    it('learns from it how long answers take, if it asked once', () => {
      answerAfter(200);
      expect(nextWait()).to.equal(600);
    });

    it('learns nothing from it if it asked again, but waits longer until an answer comes', () => {
      wake(101);
      answerAfter(200);
      expect(nextWait()).to.equal(200);
    });
  });

  it('counts no promise of a peer that has lost its memory since', () => {
    propose();
    promise(1, first);
    proposer.discardAnswersOf(1);
    expect(promise(2, first).sendNow).to.deep.equal([]);
    expect(promise(1, first).sendNow).to.have.length(3);
  });

  it('goes on waiting when a peer has lost its memory that rejected it', () => {
    propose();
    reject(first, ballot(7, 2));
    proposer.discardAnswersOf(2);
    expect(proposer.ballot(seq)).to.deep.equal(ballot(7, 2));
  });

  it('counts no vote of a peer that has lost its memory since', () => {
    propose();
    promise(0, first);
    promise(1, first);
    accepted(1, first);
    proposer.discardAnswersOf(1);
    expect(accepted(2, first)).to.equal(undefined);
    expect(accepted(1, first)).to.include({ seq });
  });

  it('asks for votes again sooner if that request was undeliverable, at its own ballot only', () => {
    propose();
    promise(0, first);
    promise(1, first);
    const report = (message: Envelope<string>['message']) => {
      const envelope = { from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message };
      proposer.onUndeliverable(envelope, 1);
      return proposer.wakeAt();
    };
    const accept = { type: 'accept', seq, ballot: first, value: 'own' } as const;
    expect(report({ ...accept, ballot: ballot(1, 1) })).to.equal(101);
    expect(report({ ...accept, seq: seq + 1 })).to.equal(101);
    expect(report({ type: 'learn', seq, count: 1 })).to.equal(101);
    expect(report(accept)).to.equal(6);
    proposer.onUndeliverable(
      { from: 0, to: 1, ...nothingForgotten, mark: plainMark(), message: accept },
      50,
    );
    expect(proposer.wakeAt()).to.equal(6);
  });
});
