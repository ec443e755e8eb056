import { type Ballot, type Effects, messageLimitsDefault } from '@paxkv/paxos/core';
import { QuorumVotes } from '@paxkv/paxos/internal/core/quorum';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import type { Step } from '@paxkv/paxos/internal/core/step';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom, mail } from '../steps.ts';

const accept = (seq: number, at: Ballot, value: string) =>
  ({ type: 'accept', seq, ballot: at, value }) as const;

function votesOf(...peers: number[]): QuorumVotes {
  const votes = new QuorumVotes(3);
  for (const peer of peers) votes.add(peer);
  return votes;
}

describe('Decisions', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      ...{ me: 1, peerCount: 3, random: constantRandom, memory: 'kept', isCandidate: false },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
  });

  function during(act: (step: Step<string>) => void, now = 0): Effects<string> {
    const step = beginStep(1, now);
    act(step);
    return step.effects;
  }

  function vote(seq: number, at: Ballot, value: string): void {
    during((step) => roles.acceptor.onAccept(accept(seq, at, value), step));
  }

  /** How a commit notice without a value arrives. */
  const notices: Record<string, (seq: number, at: Ballot) => Effects<string>> = {
    'a notice': (seq, at) =>
      during((step) => roles.decisions.onDecided(2, { type: 'decided', seq, ballot: at }, step)),
    'a piggybacked notice': (seq, at) =>
      during((step) => {
        // The request that carries it is of a much higher ballot, which says nothing about the decision.
        const request = { ...accept(99, ballot(50, 2), 'other'), decided: [{ seq, ballot: at }] };
        roles.decisions.onPiggybacked(2, request, step);
      }),
  };

  for (const [name, tell] of Object.entries(notices)) {
    describe(`with ${name}`, () => {
      for (const [own, decided, why] of [
        [ballot(7, 0), ballot(8, 0), 'an earlier round'],
        [ballot(7, 2), ballot(8, 0), 'an earlier round, at a higher peer'],
        [ballot(7, 0), ballot(7, 2), 'the same round, at a lower peer'],
        [ballot(7, 1), ballot(7, 2), 'the same round, at the peer below'],
      ] as const) {
        it(`ask for the value if the own vote is of ${why}`, () => {
          vote(3, own, 'mine');
          const { sendNow, decided: announced, persist } = tell(3, decided);
          expect(mail(sendNow)).to.deep.equal([[2, { type: 'learn', seq: 3, count: 1 }]]);
          expect([announced, persist]).to.deep.equal([[], []]);
          expect(roles.learner.knows(3)).to.equal(false);
          expect(roles.acceptor.vote(3)?.value, 'the vote stays').to.equal('mine');
        });
      }

      for (const [own, decided, why] of [
        [ballot(7, 1), ballot(7, 1), 'the very ballot'],
        [ballot(7, 2), ballot(7, 1), 'the same round, at a higher peer'],
        [ballot(8, 0), ballot(7, 2), 'a later round, at a lower peer'],
      ] as const) {
        it(`take the value of the own vote if it is of ${why}`, () => {
          vote(3, own, 'chosen');
          const { sendNow, decided: announced, note } = tell(3, decided);
          expect(sendNow).to.deep.equal([]);
          expect(announced).to.deep.equal([{ seq: 3, value: 'chosen' }]);
          expect(note).to.deep.equal([{ type: 'decided', seq: 3 }]);
          expect(roles.acceptor.vote(3)).to.equal(undefined);
        });
      }

      it('ask for the value without a vote, also with a promise of that ballot', () => {
        during((step) =>
          roles.acceptor.onPrepare({ type: 'prepare', seq: 3, ballot: ballot(7, 2) }, step),
        );
        for (const seq of [3, 4]) {
          const { sendNow } = tell(seq, ballot(7, 2));
          expect(mail(sendNow)).to.deep.equal([[2, { type: 'learn', seq, count: 1 }]]);
        }
      });

      it('do nothing about what is known or forgotten', () => {
        vote(0, ballot(7, 1), 'a');
        tell(0, ballot(7, 1));
        const again = tell(0, ballot(7, 1));
        expect([again.sendNow, again.decided, again.note]).to.deep.equal([[], [], []]);
        roles.truncation.restore(6);
        for (const seq of [4, 5]) expect(tell(seq, ballot(7, 1)).sendNow).to.deep.equal([]);
        expect(tell(6, ballot(7, 1)).sendNow).to.have.length(1);
      });
    });
  }

  it('take every notice of a request, none, one or many', () => {
    for (const count of [0, 1, 64]) {
      const first = 100 * count;
      const seqs = Array.from({ length: count }, (_, index) => first + index);
      for (const seq of seqs) vote(seq, ballot(7, 0), `${seq}`);
      const decided = seqs.map((seq) => ({ seq, ballot: ballot(7, 0) }));
      const request = { ...accept(9999, ballot(7, 0), 'v'), ...(count > 0 && { decided }) };
      const effects = during((step) => roles.decisions.onPiggybacked(0, request, step));
      expect(effects.decided.map(({ seq }) => seq)).to.deep.equal(seqs);
    }
  });

  it('note the value unless the own vote, which is durable, has it', () => {
    vote(3, ballot(7, 0), 'mine');
    const decide = (seq: number, value: string) =>
      during((step) =>
        roles.decisions.onDecided(2, { type: 'decided', seq, ballot: ballot(8, 0), value }, step),
      ).note;
    expect(decide(3, 'other')).to.deep.equal([{ type: 'decided', seq: 3, value: 'other' }]);
    vote(4, ballot(7, 0), 'same');
    expect(decide(4, 'same')).to.deep.equal([{ type: 'decided', seq: 4 }]);
    expect(decide(4, 'same'), 'known already').to.deep.equal([]);
  });

  it('send the value only to peers that did not vote for it, when a peer without leadership decides', () => {
    const { sendNow, decided } = during((step) => {
      const voters = votesOf(1, 2);
      roles.decisions.onChosen({ seq: 3, ballot: ballot(7, 1), value: 'v', voters }, step);
    });
    expect(mail(sendNow)).to.deep.equal([
      [0, { type: 'decided', seq: 3, ballot: ballot(7, 1), value: 'v' }],
      [2, { type: 'decided', seq: 3, ballot: ballot(7, 1) }],
    ]);
    expect(decided).to.deep.equal([{ seq: 3, value: 'v' }]);
  });

  it('tell the others what a proposer learned of another, except the one that told it', () => {
    during((step) => roles.proposer.propose({ seq: 3, value: 'mine' }, undefined, step));
    const own = roles.proposer.ballot(3);
    const learn = (seq: number) =>
      mail(during((step) => roles.decisions.onLearned(2, { seq, value: 'v' }, step)).sendNow);
    expect(learn(3)).to.deep.equal([[0, { type: 'decided', seq: 3, ballot: own, value: 'v' }]]);
    expect(roles.proposer.isIdle).to.equal(true);
    expect(learn(4), 'no proposal').to.deep.equal([]);
  });

  it('take no value for a forgotten instance', () => {
    roles.truncation.restore(6);
    const sources: Record<string, (step: Step<string>, seq: number) => void> = {
      'a notice with its value': (step, seq) =>
        roles.decisions.onDecided(
          2,
          { type: 'decided', seq, ballot: ballot(7, 1), value: 'v' },
          step,
        ),
      'an answer': (step, seq) => roles.decisions.onLearned(2, { seq, value: 'v' }, step),
    };
    for (const [name, tell] of Object.entries(sources)) {
      const first = name === 'an answer' ? 7 : 6;
      for (const seq of [4, 5]) expect(during((step) => tell(step, seq)).decided).to.deep.equal([]);
      expect(during((step) => tell(step, first)).decided, name).to.have.length(1);
    }
  });

  describe('that another host waits for', () => {
    const chosen = { seq: 3, ballot: ballot(7, 1), value: 'v', voters: votesOf(0, 1, 2) };

    function flushSoon(now: number) {
      return mail(during((step) => roles.decisions.flushSoon(step), now).sendNow);
    }

    beforeEach(() => {
      during((step) => roles.decisions.onChosenByLeader(chosen, step), 10);
    });

    it('are told at once if this peer has no request to come', () => {
      expect(flushSoon(10).map(([to]) => to)).to.deep.equal([0, 2]);
      expect(roles.decisions.wakeAt()).to.equal(undefined);
    });

    it('wait a millisecond for a request while this peer proposes', () => {
      during((step) => roles.proposer.propose({ seq: 4, value: 'next' }, undefined, step), 10);
      expect(flushSoon(10)).to.deep.equal([]);
      expect(roles.decisions.wakeAt()).to.equal(11);
    });
  });

  it('repeat notices that were undeliverable, and no request that carried none', () => {
    const request = accept(9, ballot(7, 1), 'v');
    roles.decisions.onUndeliverable(2, request, 0);
    expect(roles.decisions.wakeAt()).to.equal(undefined);
    const outcomes = [3, 4].map((seq) => ({ seq, ballot: ballot(7, 1) }));
    roles.decisions.onUndeliverable(2, { ...request, decided: outcomes }, 0);
    roles.decisions.onUndeliverable(0, { type: 'decided', seq: 5, ballot: ballot(7, 1) }, 0);
    const { sendNow } = during((step) => roles.decisions.wake(step), 1000);
    expect(mail(sendNow)).to.deep.equal([
      [2, { type: 'decided', seq: 3, ballot: ballot(7, 1) }],
      [2, { type: 'decided', seq: 4, ballot: ballot(7, 1) }],
      [0, { type: 'decided', seq: 5, ballot: ballot(7, 1) }],
    ]);
  });

  it('send notices that found no request to carry them, each once to each peer', () => {
    const chosen = { seq: 3, ballot: ballot(7, 1), value: 'v', voters: votesOf(0, 1, 2) };
    during((step) => roles.decisions.onChosenByLeader(chosen, step), 10);
    expect(roles.decisions.wakeAt()).to.equal(13);
    expect(during((step) => roles.decisions.wake(step), 12).sendNow).to.deep.equal([]);
    const { sendNow } = during((step) => roles.decisions.wake(step), 13);
    const notice = { type: 'decided', seq: 3, ballot: ballot(7, 1) };
    expect(mail(sendNow)).to.deep.equal([
      [0, notice],
      [2, notice],
    ]);
    expect(during((step) => roles.decisions.wake(step), 99).sendNow).to.deep.equal([]);
    expect(roles.decisions.wakeAt()).to.equal(undefined);
  });
});
