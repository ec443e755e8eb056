import { messageLimitsDefault, type Write } from '@paxkv/paxos/core';
import { replay } from '@paxkv/paxos/internal/core/recovery/replay';
import { createRoles, type Roles } from '@paxkv/paxos/internal/core/roles';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot, beginStep, constantRandom } from '../steps.ts';

const vote = { type: 'accepted', seq: 4, ballot: ballot(7, 1), value: 'a' } as const;

describe('Replay', () => {
  let roles: Roles<string>;

  beforeEach(() => {
    roles = createRoles<string>({
      ...{ me: 0, peerCount: 3, random: constantRandom, memory: 'kept', isCandidate: true },
      ...{ instanceLeapMax: 1024, messageLimits: messageLimitsDefault },
      retention: { type: 'everyPeer' },
    });
  });

  function replayAll(...writes: Write<string>[]): void {
    for (const write of writes) replay(write, roles);
  }

  /** Whether it believes a message of peer 1 at this round. */
  function believes(round: number): boolean {
    const message = { type: 'prepareLog', ballot: ballot(round, 1) } as const;
    const envelope = { from: 1, to: 0, ...nothingForgotten, mark: plainMark(), message };
    return typeof roles.plausibility.believe(envelope, 0, 0) !== 'string';
  }

  it('restores promises and votes, and with them how far instances were heard of', () => {
    replayAll({ type: 'promised', seq: 6, ballot: ballot(8, 2) }, vote);
    expect(roles.acceptor.promised(6)).to.deep.equal(ballot(8, 2));
    expect(roles.acceptor.vote(4)).to.deep.equal({ ballot: ballot(7, 1), value: 'a' });
    expect(roles.agreement.max).to.equal(6);
  });

  it('restores the promise of the log', () => {
    replayAll({ type: 'logPromised', ballot: ballot(8, 2) });
    expect(roles.acceptor.logPromise).to.deep.equal(ballot(8, 2));
  });

  it('restores a decision in place of the vote, which no acceptor reports any more', () => {
    replayAll(vote, { type: 'decided', seq: 4 });
    expect(roles.learner.decisions()).to.deep.equal([{ seq: 4, value: 'a' }]);
    expect(roles.acceptor.votes()).to.deep.equal([]);
  });

  it('restores what was forgotten, as heard of', () => {
    replayAll({ type: 'forgotten', min: 9 });
    expect([roles.truncation.min, roles.agreement.max]).to.deep.equal([9, 8]);
  });

  it('begins above the rounds that were reserved', () => {
    replayAll({ type: 'reserved', round: 2000 });
    expect(roles.ballots.ballotAbove(undefined, beginStep()).round).to.equal(2001);
  });

  it('restores incarnations, its own and those of others', () => {
    const known = { incarnation: 3, writeIndex: 5 };
    replayAll(
      { type: 'incarnation', incarnation: 8, attempt: 1, isNew: false, votingFloor: 6 },
      { type: 'peerRecords', peers: [known, known, known] },
    );
    expect(roles.participation.votingFloor).to.equal(6);
    expect(roles.participation.mark(1, 0)).to.deep.equal({
      ...{ incarnations: [8, 3, 3], writeIndex: 0, acknowledgedIndex: 5 },
    });
  });

  for (const write of [
    { type: 'reserved', round: 2 ** 30 },
    { type: 'logPromised', ballot: ballot(2 ** 30, 1) },
    { type: 'promised', seq: 4, ballot: ballot(2 ** 30, 1) },
    { ...vote, ballot: ballot(2 ** 30, 1) },
  ] as const) {
    it(`takes rounds up to that of a record "${write.type}" for known`, () => {
      expect(believes(2 ** 30 + 5)).to.equal(false);
      replayAll(write);
      expect(believes(2 ** 30 + 5)).to.equal(true);
    });
  }
});
