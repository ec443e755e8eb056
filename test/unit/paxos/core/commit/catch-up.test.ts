import { learnCountMax } from '@paxkv/paxos/core';
import { CatchUp } from '@paxkv/paxos/internal/core/commit/catch-up';
import { Learner } from '@paxkv/paxos/internal/core/instance/learner';
import { expect } from 'chai';
import { beginStep, constantDelays, mail } from '../steps.ts';

describe('CatchUp', () => {
  let learner: Learner<string>;
  let catchUp: CatchUp<string>;
  let truncation: { floor: number };

  beforeEach(() => {
    learner = new Learner();
    truncation = { floor: 0 };
    catchUp = new CatchUp({ me: 0, peerCount: 3, learner, truncation, delays: constantDelays() });
  });

  /** What this peer asks when it learns that `from` knows decisions up to `upTo`. */
  function hear(from: number, upTo: number, now: number) {
    const step = beginStep(0, now);
    catchUp.onKnownUpTo(from, upTo, step);
    return mail(step.effects.sendNow);
  }

  it('takes a quorum to hold what a majority says of itself, and no single peer moves that', () => {
    expect(catchUp.heldFrom(0)).to.equal(0);
    catchUp.observe(1, 2 ** 40);
    expect(catchUp.heldFrom(4)).to.equal(4);
    catchUp.observe(2, 3);
    expect([catchUp.heldFrom(0), catchUp.heldFrom(9)]).to.deep.equal([3, 9]);
    catchUp.onForgotten(2, 7);
    expect(catchUp.heldFrom(0)).to.equal(8);
  });

  it('asks no peer that knows nothing more', () => {
    learner.learn(0, 'a');
    expect(hear(1, 0, 0)).to.deep.equal([]);
    expect(hear(1, -1, 0)).to.deep.equal([]);
  });

  it('asks nothing of a peer that knows nothing, and cannot learn from it', () => {
    expect(catchUp.canLearn(0)).to.equal(false);
    expect(hear(1, -1, 0)).to.deep.equal([]);
    expect(catchUp.canLearn(0)).to.equal(false);
  });

  it('can learn what a peer has reported, and nothing further', () => {
    hear(1, 20, 0);
    expect([20, 21].map((seq) => catchUp.canLearn(seq))).to.deep.equal([true, false]);
  });

  it('asks for what it lacks, at most a page at a time', () => {
    learner.learn(0, 'a');
    expect(hear(1, 3, 0)).to.deep.equal([[1, { type: 'learn', seq: 1, count: 3 }]]);
    catchUp.onLearned(1, 1);
    expect(hear(1, 1000, 0)).to.deep.equal([[1, { type: 'learn', seq: 1, count: learnCountMax }]]);
  });

  for (const limit of [1, 3, learnCountMax]) {
    it(`asks for what it lacks up to ${limit}, and for no more at once`, () => {
      for (const lacking of [1, limit - 1, limit, limit + 1].filter((count) => count > 0)) {
        const limits = limit === learnCountMax ? {} : { limits: { learnCountMax: limit } };
        const parts = { me: 0, peerCount: 3, learner, truncation, delays: constantDelays() };
        catchUp = new CatchUp({ ...parts, ...limits });
        const count = Math.min(lacking, limit);
        expect(hear(1, lacking - 1, 0)).to.deep.equal([[1, { type: 'learn', seq: 0, count }]]);
        const step = beginStep();
        catchUp.requestFromAll(0, step);
        expect(mail(step.effects.sendNow)).to.deep.equal([
          [1, { type: 'learn', seq: 0, count: limit }],
          [2, { type: 'learn', seq: 0, count: limit }],
        ]);
      }
    });
  }

  it('asks all others for what its host waits for, and for nothing further', () => {
    learner.learn(0, 'a');
    const step = beginStep();
    for (const seq of [0, 1, 2]) catchUp.requestFromAll(seq, step);
    const learn = { type: 'learn', seq: 1, count: learnCountMax };
    expect(mail(step.effects.sendNow)).to.deep.equal([
      [1, learn],
      [2, learn],
    ]);
  });

  it('asks the leader for what its host waits for, or the others in turn if none leads', () => {
    const ask = (leader: number | undefined, now: number) => {
      const step = beginStep(0, now);
      catchUp.request(1, leader, step);
      return mail(step.effects.sendNow);
    };
    const learn = { type: 'learn', seq: 0, count: 2 };
    expect(ask(0, 0)).to.deep.equal([]);
    expect(ask(2, 0)).to.deep.equal([[2, learn]]);
    const asked = [ask(undefined, 1000), ask(undefined, 2000)].flat();
    expect(asked).to.have.deep.members([
      [1, learn],
      [2, learn],
    ]);
  });

  it('asks nobody for its host if it is alone', () => {
    catchUp = new CatchUp({ me: 0, peerCount: 1, learner, truncation, delays: constantDelays() });
    const step = beginStep();
    catchUp.request(1, undefined, step);
    expect(step.effects.sendNow).to.deep.equal([]);
  });

  it('remembers what a peer may know that was only asked for it', () => {
    catchUp.request(9, 1, beginStep());
    catchUp.onLearned(1, 0);
    expect(hear(1, 3, 1)).to.deep.equal([[1, { type: 'learn', seq: 0, count: 10 }]]);
  });

  it('has one Learn pending at a time, whichever peer knows more', () => {
    expect(hear(1, 5, 0)).to.have.length(1);
    expect(hear(1, 6, 1)).to.deep.equal([]);
    expect(hear(2, 9, 2)).to.deep.equal([]);
  });

  it('asks for decisions whose notices were lost, and not for those on their way', () => {
    const notify = (upTo: number, now: number) => {
      const step = beginStep(0, now);
      catchUp.onNoticesSent(1, upTo, step);
      return mail(step.effects.sendNow);
    };
    expect(notify(0, 0)).to.deep.equal([]);
    expect(notify(5, 19)).to.deep.equal([]);
    expect(notify(9, 20)).to.deep.equal([[1, { type: 'learn', seq: 0, count: 1 }]]);
    learner.learn(0, 'a');
    expect(notify(12, 45)).to.deep.equal([]);
  });

  it('asks for notices that were sent while it asked once they are overdue, and not before', () => {
    const notify = (upTo: number, now: number) => {
      const step = beginStep(0, now);
      catchUp.onNoticesSent(1, upTo, step);
      return mail(step.effects.sendNow);
    };
    notify(0, 0);
    notify(9, 20);
    learner.learn(0, 'a');
    catchUp.onLearned(1, 0);
    expect(notify(12, 39)).to.deep.equal([]);
    expect(notify(12, 40)).to.deep.equal([[1, { type: 'learn', seq: 1, count: 9 }]]);
  });

  it('asks again soon when no answer can come, and ignores hints about other requests', () => {
    hear(1, 5, 0);
    catchUp.onUndeliverable(2, 0, 10);
    catchUp.onUndeliverable(1, 3, 10);
    expect(hear(2, 5, 20)).to.deep.equal([]);
    catchUp.onUndeliverable(1, 0, 30);
    expect(hear(2, 5, 30)).to.deep.equal([]);
    expect(hear(2, 5, 35)).to.have.length(1);
  });

  it('takes the answer that came after all', () => {
    hear(1, 5, 0);
    catchUp.onUndeliverable(1, 0, 30);
    catchUp.onLearned(1, 0);
    expect(hear(2, 5, 31)).to.have.length(1);
  });

  it('waits no longer than at first once a Learn was answered', () => {
    hear(1, 5, 0);
    hear(1, 5, 100);
    catchUp.onLearned(1, 0);
    expect(hear(1, 5, 101)).to.have.length(1);
    expect(hear(1, 5, 200)).to.deep.equal([]);
    expect(hear(1, 5, 201)).to.have.length(1);
  });

  it('asks for more at once after an answer', () => {
    hear(1, 40, 0);
    for (let seq = 0; seq < learnCountMax; seq += 1) learner.learn(seq, 'a');
    catchUp.onLearned(1, 0);
    const next = { type: 'learn', seq: learnCountMax, count: learnCountMax };
    expect(hear(1, 40, 1)).to.deep.equal([[1, next]]);
  });

  it('takes only the answer to its pending Learn for one', () => {
    hear(1, 5, 0);
    catchUp.onLearned(2, 0);
    catchUp.onLearned(1, 3);
    expect(hear(2, 5, 1)).to.deep.equal([]);
  });

  it('asks again when a Learn was lost, also another peer, and waits longer each time', () => {
    hear(1, 5, 0);
    expect(hear(2, 5, 99)).to.deep.equal([]);
    expect(hear(2, 5, 100)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 6 }]]);
    expect(hear(1, 5, 299)).to.deep.equal([]);
    expect(hear(1, 5, 300)).to.have.length(1);
  });

  describe('below the floor', () => {
    beforeEach(() => {
      truncation.floor = 10;
    });

    it('asks a peer that still holds what is missing, though another one reports to know it', () => {
      catchUp.observe(1, 10);
      catchUp.observe(2, 0);
      // Peer 2 is asked first, and its answer is lost.
      expect(hear(2, 20, 0)).to.have.length(1);
      catchUp.onLearned(2, 0);
      expect(hear(1, 20, 1)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 16 }]]);
    });

    it('asks for what follows from the floor on if nobody holds what is missing', () => {
      catchUp.observe(1, 10);
      learner.learn(10, 'k');
      expect(hear(1, 20, 0)).to.deep.equal([[1, { type: 'learn', seq: 11, count: 10 }]]);
      expect(catchUp.canLearn(0)).to.equal(false);
    });

    it('asks nobody if no peer holds anything that is missing', () => {
      catchUp.observe(1, 30);
      expect(hear(1, 29, 0)).to.deep.equal([]);
    });

    it('goes back to what is missing once a peer appears that holds it', () => {
      catchUp.observe(1, 10);
      hear(1, 20, 0);
      catchUp.onLearned(1, 10);
      expect(hear(2, 20, 1)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 16 }]]);
    });

    it('gives up a holder that does not answer, until it is heard again', () => {
      catchUp.observe(1, 10);
      hear(2, 20, 0);
      expect(catchUp.canLearn(0)).to.equal(true);
      expect(hear(1, 20, 200)).to.deep.equal([[1, { type: 'learn', seq: 10, count: 11 }]]);
      expect(catchUp.canLearn(0)).to.equal(false);
      catchUp.onLearned(1, 10);
      expect(hear(2, 20, 201)).to.have.length(1);
    });

    it('gives up a holder when its answer is overdue, and not before', () => {
      catchUp.observe(1, 10);
      hear(2, 20, 0);
      hear(1, 20, 99);
      expect(catchUp.canLearn(0)).to.equal(true);
      expect(hear(1, 20, 100)).to.deep.equal([[1, { type: 'learn', seq: 10, count: 11 }]]);
      expect(catchUp.canLearn(0)).to.equal(false);
    });

    it('does not ask a peer again for what that answered to hold nothing of', () => {
      hear(2, 20, 0);
      catchUp.onForgotten(2, 0);
      expect(catchUp.canLearn(0)).to.equal(false);
      expect(hear(2, 20, 1)).to.deep.equal([[2, { type: 'learn', seq: 10, count: 11 }]]);
    });

    it('counts a peer anew that lost its memory', () => {
      catchUp.observe(2, 15);
      catchUp.onForgotten(2, 4);
      catchUp.discardAnswersOf(2);
      expect(catchUp.canLearn(0)).to.equal(false);
      expect(hear(2, 20, 0)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 16 }]]);
    });

    it('counts nothing that a peer reported before it lost its memory', () => {
      hear(2, 20, 0);
      catchUp.onLearned(2, 0);
      catchUp.discardAnswersOf(2);
      expect(catchUp.canLearn(0)).to.equal(false);
      expect(hear(2, 3, 1)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 4 }]]);
    });

    it('asks for its host a leader that has not reported anything for what is missing', () => {
      const step = beginStep();
      catchUp.request(20, 2, step);
      expect(mail(step.effects.sendNow)).to.deep.equal([[2, { type: 'learn', seq: 0, count: 16 }]]);
    });

    it('asks for its host the leader for what follows if nobody holds what is missing', () => {
      catchUp.observe(1, 10);
      catchUp.observe(2, 10);
      const step = beginStep();
      catchUp.request(20, 1, step);
      expect(mail(step.effects.sendNow)).to.deep.equal([
        [1, { type: 'learn', seq: 10, count: 11 }],
      ]);
    });

    it('asks for its host no peer in turn that has forgotten what is missing', () => {
      catchUp.observe(1, 10);
      const asked = [0, 1000, 2000].flatMap((now) => {
        const step = beginStep(0, now);
        catchUp.request(20, undefined, step);
        return mail(step.effects.sendNow).map(([to]) => to);
      });
      expect(asked).to.deep.equal([2, 2, 2]);
    });

    it('asks for its host those that may hold what is missing, though another one leads', () => {
      catchUp.observe(1, 10);
      const ask = (from: (step: ReturnType<typeof beginStep>) => void) => {
        const step = beginStep();
        from(step);
        return mail(step.effects.sendNow).map(([to]) => to);
      };
      expect(ask((step) => catchUp.requestFromAll(0, step))).to.deep.equal([2]);
      expect(ask((step) => catchUp.request(20, 1, step))).to.deep.equal([2]);
      // Peer 2 was asked, and has not reported anything.
      expect(catchUp.canLearn(0)).to.equal(false);
    });
  });
});
