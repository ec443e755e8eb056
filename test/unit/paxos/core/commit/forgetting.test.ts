import { type Decision, type Envelope, messageLimitsDefault } from '@paxkv/paxos/core';
import { forgetSince, observeForgetting } from '@paxkv/paxos/internal/core/commit/forgetting';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { beginStep, constantRandom } from '../steps.ts';

describe('Forgetting', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      me: 0,
      peerCount: 2,
      random: constantRandom,
      memory: 'kept',
      isCandidate: false,
      instanceLeapMax: 1024,
      messageLimits: messageLimitsDefault,
      retention: { type: 'everyPeer' },
    });
    roles.learner.learn(0, 'a');
    roles.learner.learn(1, 'b');
  });

  function observe(progress: Partial<Envelope<string>>): void {
    const message = { type: 'learn', seq: 9, count: 1 } as const;
    const envelope = { from: 1, to: 0, ...nothingForgotten, mark: plainMark(2), message };
    observeForgetting({ ...envelope, ...progress }, roles);
  }

  function forget(): { notes: unknown[]; truncated: Decision<string>[] } {
    const step = beginStep();
    forgetSince(0, roles, step);
    return { notes: step.effects.note, truncated: step.effects.truncated };
  }

  it('does nothing while neither the floor nor min has risen', () => {
    observe({ done: 1 });
    expect(forget()).to.deep.equal({ notes: [], truncated: [] });
  });

  it('notes and frees what falls below min, and reports what some peer may need', () => {
    roles.truncation.setOwnDone(1);
    observe({ done: 0, floor: 2 });
    expect(forget()).to.deep.equal({
      notes: [{ type: 'forgotten', min: 2 }],
      truncated: [{ seq: 1, value: 'b' }],
    });
    expect(roles.learner.retained.instances).to.equal(0);
  });

  describe('ends a proposal', () => {
    const open = () => roles.proposer.open().map(({ seq }) => seq);

    beforeEach(() => {
      for (const seq of [2, 3]) {
        roles.proposer.propose({ seq, value: 'own' }, undefined, beginStep());
      }
      // One peer alone says so, and still holds what is below.
      observe({ floor: 3 });
      forget();
      expect(open()).to.deep.equal([2, 3]);
    });

    it('below the floor once no quorum is left that holds anything there', () => {
      observe({ floor: 3, min: 3 });
      forget();
      expect(open()).to.deep.equal([3]);
    });

    it('below min, though the floor was there before', () => {
      roles.truncation.setOwnDone(2);
      forget();
      expect(open()).to.deep.equal([3]);
    });
  });

  it('asks no peer for what that has forgotten', () => {
    const asked = () => {
      const step = beginStep();
      roles.catchUp.requestFromAll(2, step);
      return step.effects.sendNow.map(({ to }) => to);
    };
    expect(asked()).to.deep.equal([1]);
    observe({ min: 3 });
    expect(asked()).to.deep.equal([]);
  });

  it('does not lower what a peer was done with while its state is the same', () => {
    observe({ done: 1 });
    observe({ done: 0 });
    expect(roles.truncation.doneByPeer).to.deep.equal([-1, 1]);
  });

  it('counts what a peer was done with anew once it has lost its state', () => {
    observe({ done: 1 });
    observe({ stateEpoch: 1, done: 0 });
    expect(roles.truncation.doneByPeer).to.deep.equal([-1, 0]);
  });

  it('believes itself, whatever state epoch its own envelope names', () => {
    observe({ from: 0, stateEpoch: 3 });
    observe({ from: 0, stateEpoch: 2, done: 1 });
    expect(roles.truncation.done).to.equal(1);
  });

  it('believes no peer what it was done with in a lower state epoch', () => {
    roles.truncation.setOwnDone(1);
    observe({ stateEpoch: 3 });
    observe({ stateEpoch: 2, done: 1 });
    expect(roles.truncation.floor).to.equal(0);
    observe({ stateEpoch: 3, done: 0 });
    expect(roles.truncation.floor).to.equal(1);
  });
});
