import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { Participation } from '@paxkv/paxos/internal/core/recovery/participation';
import { expect } from 'chai';
import { beginStep, constantDelays, constantRandom } from '../steps.ts';

/** How it handles messages is tested through the peer, in `rejoin.test.ts`. */
describe('Participation', () => {
  function participation(memory: 'kept' | 'new' | 'lost'): Participation {
    return new Participation({
      me: 0,
      peerCount: 3,
      ballots: new BallotAllocator(0),
      delays: constantDelays(),
      random: constantRandom,
      memory,
      instanceLeapMax: 1024,
    });
  }

  it('depends on memory', () => {
    expect(participation('kept').isMember).to.equal(true);
    for (const memory of ['new', 'lost'] as const) {
      const without = participation(memory);
      expect([without.isMember, without.votingFloor]).to.deep.equal([false, undefined]);
    }
  });

  it('begins an incarnation before anything is sent, once', () => {
    const without = participation('lost');
    const step = beginStep();
    without.begin(step);
    without.begin(step);
    expect(step.effects.persist.map(({ type }) => type)).to.deep.equal(['incarnation']);
    participation('kept').begin(step);
    expect(step.effects.persist).to.have.length(1);
  });

  it('answers an admission with what it took part in itself', () => {
    const member = participation('kept');
    const step = beginStep();
    const record = { max: 6, round: 2 };
    const request = { type: 'admit', incarnation: 5, attempt: 9 } as const;
    expect(member.onAdmit(1, request, record, step)).to.equal(true);
    expect(step.effects.sendAfter[0]?.message).to.include({ type: 'admitted', max: 6, round: 2 });
    expect(member.onAdmit(1, { ...request, attempt: 8 }, record, step)).to.equal(false);
    expect(step.effects.sendAfter[1]?.message).to.include({ type: 'staleIncarnation', latest: 5 });
  });
});
