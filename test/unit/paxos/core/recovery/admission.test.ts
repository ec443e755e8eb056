/** Rejoin, rule by rule. `rejoin.test.ts` has whole peers rejoin. */
import type { Random } from '@paxkv/paxos';
import type { Effects } from '@paxkv/paxos/core';
import { BallotAllocator } from '@paxkv/paxos/internal/core/ballot-allocator';
import { Incarnations } from '@paxkv/paxos/internal/core/recovery/incarnations';
import { type Admittance, Rejoin } from '@paxkv/paxos/internal/core/recovery/rejoin';
import type { Step } from '@paxkv/paxos/internal/core/step';
import { expect } from 'chai';
import { beginStep, constantDelays, constantRandom } from '../steps.ts';

const attempt = 2 ** 47;
/** What constant randomness draws for the first incarnation, and adds to one that others know. */
const firstIncarnation = 1 + 2 ** 31;

describe('Rejoin of one peer', () => {
  let rejoin: Rejoin;

  function during(act: (step: Step<string>) => void, now = 0): Effects<string> {
    const step = beginStep(0, now);
    act(step);
    return step.effects;
  }

  /** Begins without memory, and returns what it writes. `isNew`: as far as it knows, it never had any. */
  function begin(random: Random = constantRandom, isNew = false): Effects<string>['persist'] {
    rejoin = new Rejoin({
      ...{ me: 0, peerCount: 3, random, instanceLeapMax: 1024, delays: constantDelays() },
      ...{ ballots: new BallotAllocator(0), incarnations: new Incarnations(0, 3) },
    });
    return during((step) => rejoin.begin(isNew, step)).persist;
  }

  function admit(from: number, answer: Partial<Admittance> = {}): Effects<string> {
    const admitted: Admittance = {
      ...{ type: 'admitted', incarnation: firstIncarnation, attempt, isMember: true },
      ...{ isNew: false, max: -1, round: 0, min: 0, ...answer },
    };
    return during((step) => rejoin.onAdmitted(from, admitted, step));
  }

  it('begins an incarnation at most 2 ** 32 above the last, which is as far as others believe it', () => {
    const type = 'incarnation';
    expect(begin({ next: () => 1 - Number.EPSILON / 2 })).to.deep.equal([
      { type, incarnation: 2 ** 32, attempt: 2 ** 48 - 1, isNew: false },
    ]);
    expect(begin({ next: () => 0 })).to.deep.equal([
      { type, incarnation: 1, attempt: 0, isNew: false },
    ]);
  });

  it('asks at once, and again after waits that double', () => {
    begin();
    expect(rejoin.wakeAt()).to.equal(undefined);
    const asked = (now: number) => during((step) => rejoin.wake(step), now).sendAfter.length;
    expect(asked(0)).to.equal(2);
    for (const wakeAt of [100, 300, 700]) {
      expect(rejoin.wakeAt()).to.equal(wakeAt);
      expect([asked(wakeAt - 1), asked(wakeAt)]).to.deep.equal([0, 2]);
    }
  });

  it('counts no answer to an incarnation that it gave up', () => {
    begin();
    admit(1);
    const latest = firstIncarnation + 4;
    const stale = { type: 'staleIncarnation', incarnation: firstIncarnation, attempt } as const;
    during((step) => rejoin.onStaleIncarnation({ ...stale, latest }, step));
    const incarnation = latest + firstIncarnation;
    admit(2, { incarnation });
    expect(rejoin.isMember).to.equal(false);
    admit(1, { incarnation });
    expect(rejoin.isMember).to.equal(true);
  });

  it('is admitted with one write, which names what others told, and keeps its voting floor', () => {
    begin();
    admit(1, { max: 7 });
    const { persist } = admit(2);
    expect(persist.map(({ type }) => type)).to.deep.equal(['incarnation', 'peerRecords']);
    expect([rejoin.votingFloor, rejoin.awaited, rejoin.wakeAt()]).to.deep.equal([7, [], undefined]);
    expect(admit(2, { max: 20 }).persist).to.deep.equal([]);
    expect(rejoin.votingFloor).to.equal(7);
  });

  it('takes no part, where no quorum has memory, in what one of the others has forgotten', () => {
    begin(constantRandom, true);
    admit(1, { isNew: true, isMember: false });
    admit(2, { isNew: true, min: 51, max: 60 });
    expect(rejoin.votingFloor).to.equal(50);
  });

  it('has no voting floor in its first incarnation if a quorum with memory admits it, whatever one of them forgot', () => {
    begin(constantRandom, true);
    admit(1, { isNew: true });
    admit(2, { isNew: true, min: 51, max: 60 });
    expect(rejoin.votingFloor).to.equal(-1);
  });
});
