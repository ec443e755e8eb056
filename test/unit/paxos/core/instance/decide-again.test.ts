/** A peer that is asked for a decision that it does not know, around what its host is done with. */
import { messageLimitsDefault } from '@paxkv/paxos/core';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import { expect } from 'chai';
import { ballot, beginStep, constantRandom, mail } from '../steps.ts';

describe('A peer that does not know a decision', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      ...{ me: 0, peerCount: 3, random: constantRandom, memory: 'kept', isCandidate: false },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
    for (const seq of [3, 4, 5]) {
      const accept = { type: 'accept', seq, ballot: ballot(2, 1), value: `v${seq}` } as const;
      roles.acceptor.onAccept(accept, beginStep());
    }
    roles.truncation.setOwnDone(4);
  });

  function ask(seq: number, count = 1) {
    const step = beginStep();
    roles.agreement.onMessage(2, { type: 'learn', seq, count }, step);
    return { answers: mail(step.effects.sendNow), proposed: roles.proposer.open() };
  }

  for (const seq of [3, 4]) {
    it(`proposes its vote again in instance ${seq}, with which its host is done`, () => {
      const { answers, proposed } = ask(seq);
      expect(answers).to.deep.equal([]);
      expect(proposed).to.deep.equal([{ seq, value: `v${seq}` }]);
    });
  }

  it('leaves the next instance to its host, which will propose there itself', () => {
    expect(ask(5)).to.deep.equal({ answers: [], proposed: [] });
  });

  it('says that it holds nothing where its host is done without a vote, and nothing above', () => {
    const forgotten = (seq: number) => [[2, { type: 'forgotten', seq }]];
    for (const seq of [0, 2]) {
      expect(ask(seq)).to.deep.equal({ answers: forgotten(seq), proposed: [] });
    }
    expect(ask(6)).to.deep.equal({ answers: [], proposed: [] });
  });

  it('tells what it knows from there on, up to as many as were asked for', () => {
    for (const seq of [3, 4, 5]) roles.learner.learn(seq, `v${seq}`);
    for (const [count, values] of [
      [1, ['v3']],
      [2, ['v3', 'v4']],
      [3, ['v3', 'v4', 'v5']],
      [4, ['v3', 'v4', 'v5']],
    ] as const) {
      expect(ask(3, count).answers).to.deep.equal([[2, { type: 'learned', seq: 3, values }]]);
    }
  });
});
