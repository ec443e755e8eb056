import { learnCountMax } from '@paxkv/paxos/core';
import { CatchUp } from '@paxkv/paxos/internal/core/commit/catch-up';
import { Learner } from '@paxkv/paxos/internal/core/instance/learner';
import { expect } from 'chai';
import { beginStep, evenDelays, mail } from '../steps.ts';

describe('CatchUp', () => {
  let learner: Learner<string>;
  let catchUp: CatchUp<string>;

  beforeEach(() => {
    learner = new Learner();
    catchUp = new CatchUp(learner, evenDelays(), { me: 0, peerCount: 3 });
  });

  /** What is asked on hearing that `from` is done up to `done`. */
  function hear(from: number, done: number, now: number) {
    const { outbox, effects } = beginStep();
    catchUp.observe(from, done, now, outbox);
    return mail(effects.sendNow);
  }

  it('asks nobody who is not further', () => {
    learner.learn(0, 'a');
    expect(hear(1, 0, 0)).to.deep.equal([]);
    expect(hear(1, -1, 0)).to.deep.equal([]);
  });

  it('asks for what it misses and no more than a page', () => {
    learner.learn(0, 'a');
    expect(hear(1, 3, 0)).to.deep.equal([[1, { type: 'learn', seq: 1, count: 3 }]]);
    catchUp.onLearned(1, 1);
    expect(hear(1, 1000, 0)).to.deep.equal([[1, { type: 'learn', seq: 1, count: learnCountMax }]]);
  });

  it('asks all others for what its host waits for, and for nothing further', () => {
    learner.learn(0, 'a');
    const { outbox, effects } = beginStep();
    for (const seq of [0, 1, 2]) catchUp.askAll(seq, outbox);
    const learn = { type: 'learn', seq: 1, count: learnCountMax };
    expect(mail(effects.sendNow)).to.deep.equal([
      [1, learn],
      [2, learn],
    ]);
  });

  it('asks the leader for what its host waits for, or the others in turn where nobody leads', () => {
    const ask = (leader: number | undefined, now: number) => {
      const { outbox, effects } = beginStep();
      catchUp.ask(leader, 1, now, outbox);
      return mail(effects.sendNow);
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

  it('has one Learn under way at a time, whoever is further', () => {
    expect(hear(1, 5, 0)).to.have.length(1);
    expect(hear(1, 6, 1)).to.deep.equal([]);
    expect(hear(2, 9, 2)).to.deep.equal([]);
  });

  it('asks for what it was told of in vain, and not for what may be on its way', () => {
    const tell = (upTo: number, now: number) => {
      const { outbox, effects } = beginStep();
      catchUp.told(1, upTo, now, outbox);
      return mail(effects.sendNow);
    };
    expect(tell(0, 0)).to.deep.equal([]);
    expect(tell(5, 19)).to.deep.equal([]);
    expect(tell(9, 20)).to.deep.equal([[1, { type: 'learn', seq: 0, count: 1 }]]);
    learner.learn(0, 'a');
    expect(tell(12, 45)).to.deep.equal([]);
  });

  it('asks again soon when no answer can come, and does not mind what it did not ask', () => {
    hear(1, 5, 0);
    catchUp.onUndeliverable(2, 0, 10);
    catchUp.onUndeliverable(1, 3, 10);
    expect(hear(2, 5, 20)).to.deep.equal([]);
    catchUp.onUndeliverable(1, 0, 30);
    expect(hear(2, 5, 30)).to.deep.equal([]);
    expect(hear(2, 5, 35)).to.have.length(1);
  });

  it('moves on at once after an answer', () => {
    hear(1, 40, 0);
    for (let seq = 0; seq < learnCountMax; seq += 1) learner.learn(seq, 'a');
    catchUp.onLearned(1, 0);
    const next = { type: 'learn', seq: learnCountMax, count: learnCountMax };
    expect(hear(1, 40, 1)).to.deep.equal([[1, next]]);
  });

  it('takes only the answer to its own question for an answer', () => {
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
});
