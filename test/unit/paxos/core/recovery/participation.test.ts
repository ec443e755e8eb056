import { Participation } from '@paxkv/paxos/internal/core/recovery/participation';
import { expect } from 'chai';
import { beginStep, evenChance, evenDelays } from '../steps.ts';

/** What it makes of messages is tested through the peer, in `rejoin.test.ts`. */
describe('Membership', () => {
  function membership(memory: 'kept' | 'new' | 'lost'): Participation {
    return new Participation({
      ...{ me: 0, peerCount: 3, delays: evenDelays(), random: evenChance, memory },
    });
  }

  it('hangs on memory', () => {
    expect(membership('kept').isMember).to.equal(true);
    for (const memory of ['new', 'lost'] as const) {
      const without = membership(memory);
      expect([without.isMember, without.votingFloor]).to.deep.equal([false, Infinity]);
    }
  });

  it('begins an incarnation before anything is said, once', () => {
    const without = membership('lost');
    expect(without.wakeAt()).to.equal(-Infinity);
    const { outbox, effects } = beginStep();
    without.begin(outbox);
    without.begin(outbox);
    expect(effects.persist.map(({ type }) => type)).to.deep.equal(['incarnation']);
    membership('kept').begin(outbox);
    expect(effects.persist).to.have.length(1);
  });

  it('records a new incarnation of another together with what the answer says of its own', () => {
    const member = membership('kept');
    const { outbox, effects } = beginStep();
    const experience = { max: 6, round: 2 };
    const request = { type: 'admit', incarnation: 5, attempt: 9 } as const;
    expect(member.onAdmit(1, request, experience, outbox)).to.equal(true);
    expect(effects.sendAfter[0]?.message).to.include({ type: 'admitted', max: 6, round: 2 });
    expect(member.onAdmit(1, { ...request, attempt: 8 }, experience, outbox)).to.equal(false);
    expect(effects.sendAfter[1]?.message).to.include({ type: 'staleIncarnation', latest: 5 });
  });
});
