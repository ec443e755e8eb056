import { Survey } from '@paxkv/paxos/internal/core/commit/quorum-read';
import { expect } from 'chai';
import { beginStep, evenPatience, mail } from '../steps.ts';

describe('Survey', () => {
  const agreement = {
    votedUpTo: 3,
    knownUpTo: 2,
    noted: [] as number[],
    noteMax(seq: number): void {
      this.noted.push(seq);
    },
  };
  let survey: Survey;

  beforeEach(() => {
    agreement.votedUpTo = 3;
    agreement.noted = [];
    survey = fresh(3);
  });

  function fresh(peerCount: number, draw = 0): Survey {
    const random = { next: () => draw };
    return new Survey({ me: 0, peerCount, patience: evenPatience(), random, agreement });
  }

  function begin(now = 0) {
    const { outbox, effects } = beginStep();
    survey.begin(now, outbox);
    return effects;
  }

  function hear(from: number, poll: number, upTo: number): number | undefined {
    const { outbox, effects } = beginStep();
    survey.onSurveyed(from, { type: 'surveyed', poll, upTo, knownUpTo: -1 }, outbox);
    return effects.surveyed;
  }

  it('asks as many as make a quorum, others each time, and writes nothing', () => {
    const { sendNow, persist, surveyed } = begin();
    expect(mail(sendNow)).to.deep.equal([[2, { type: 'survey', poll: 1 }]]);
    expect([persist, surveyed]).to.deep.equal([[], undefined]);
    expect(mail(begin().sendNow)).to.deep.equal([[1, { type: 'survey', poll: 2 }]]);
  });

  it('asks all others if those do not answer soon, and asks them last from then on', () => {
    expect(begin().sendNow.map(({ to }) => to)).to.deep.equal([2]);
    const { outbox, effects } = beginStep();
    survey.wake(10, outbox);
    expect(effects.sendNow.map(({ to }) => to)).to.deep.equal([1, 2]);
    expect(hear(1, 1, 4)).to.equal(4);
    for (let count = 0; count < 4; count += 1) {
      expect(begin(20).sendNow.map(({ to }) => to)).to.deep.equal([1]);
    }
    hear(2, 1, 4);
    const asked = [begin(30), begin(30)].flatMap(({ sendNow }) => sendNow.map(({ to }) => to));
    expect(asked).to.have.members([1, 2]);
  });

  it('ends with a quorum, at the highest of all that was told, its own included', () => {
    begin();
    expect(hear(2, 1, 7)).to.equal(7);
    expect(agreement.noted).to.deep.equal([7]);
    begin();
    expect(hear(2, 2, -1)).to.equal(3);
  });

  it('ends once, and counts a peer once', () => {
    survey = fresh(5);
    begin();
    expect([hear(1, 1, 4), hear(1, 1, 4), hear(2, 1, 5), hear(3, 1, 9)]).to.deep.equal([
      ...[undefined, undefined, 5, undefined],
    ]);
  });

  it('counts no answer to an earlier question: it knows nothing of what came between', () => {
    begin();
    begin();
    expect(hear(1, 1, 9)).to.equal(undefined);
    expect(hear(1, 2, 9)).to.equal(9);
  });

  it('counts no answer to a question of an earlier run of its peer', () => {
    begin();
    survey = fresh(3, 0.25);
    const { sendNow } = begin();
    expect(hear(1, 1, 9)).to.equal(undefined);
    const asked = sendNow[0]?.message;
    expect(asked?.type === 'survey' && hear(1, asked.poll, 9)).to.equal(9);
  });

  it('counts no answer of a life that is over', () => {
    survey = fresh(5);
    begin();
    hear(1, 1, 4);
    survey.disregard(1);
    expect(hear(2, 1, 4)).to.equal(undefined);
    expect(hear(3, 1, 4)).to.equal(4);
  });

  it('asks those again who did not answer', () => {
    survey = fresh(5);
    begin();
    hear(1, 1, 4);
    const wakeAt = survey.wakeAt() ?? 0;
    const { outbox, effects } = beginStep();
    survey.wake(wakeAt - 1, outbox);
    expect(effects.sendNow).to.deep.equal([]);
    survey.wake(wakeAt, outbox);
    expect(effects.sendNow.map(({ to }) => to)).to.deep.equal([2, 3, 4]);
    hear(2, 1, 4);
    expect(survey.wakeAt()).to.equal(undefined);
  });

  it('is its own quorum where it is alone', () => {
    survey = fresh(1);
    expect(begin().surveyed).to.equal(3);
  });

  it('answers how far it voted, and how far it knows all, by now', () => {
    agreement.votedUpTo = 12;
    const { outbox, effects } = beginStep();
    survey.onSurvey(2, { type: 'survey', poll: 8 }, outbox);
    const answer = { type: 'surveyed', poll: 8, upTo: 12, knownUpTo: 2 };
    expect(mail(effects.sendNow)).to.deep.equal([[2, answer]]);
  });
});
