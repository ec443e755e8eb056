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
    const { isMember, votingFloor, awaited } = participation('kept');
    expect({ isMember, votingFloor, awaited }).to.deep.equal({
      ...{ isMember: true, votingFloor: -1, awaited: [] },
    });
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

  it('finds no loss in what others remember of it before it is admitted', () => {
    const without = participation('lost');
    without.begin(beginStep());
    const own = without.recordOf(0).incarnation;
    for (const incarnation of [own, own + 1]) {
      const mark = { incarnations: [incarnation, 0, 0], writeIndex: 0, acknowledgedIndex: 500 };
      expect(without.memoryLossShownBy(1, mark, 0)).to.equal(undefined);
    }
  });

  it('finds no loss in writes that others acknowledged to an earlier incarnation', () => {
    const member = participation('kept');
    member.restore({
      type: 'incarnation',
      incarnation: 8,
      attempt: 1,
      isNew: false,
      votingFloor: 1,
    });
    const loss = (...incarnations: number[]) =>
      member.memoryLossShownBy(1, { incarnations, writeIndex: 0, acknowledgedIndex: 500 }, 0);
    expect([loss(), loss(7, 0, 0)]).to.deep.equal([undefined, undefined]);
    expect(loss(8, 0, 0)).to.contain('acknowledged write 500');
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
