/** How far each number may leap that one message names: exactly as far as the protocol says. */
import type { Envelope, Message, PeerRecord } from '@paxkv/paxos/core';
import { Plausibility } from '@paxkv/paxos/internal/core/plausibility/plausibility';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot } from '../steps.ts';

const learn = { type: 'learn', seq: 0, count: 1 } as const;
const admission = { incarnation: 1, attempt: 1 } as const;
const leapMax = 1000;

/** A budget of one number: what names it, and how far it may leap at once and with each second. */
interface Budget {
  readonly name: string;
  readonly refusal: string;
  readonly capacity: number;
  readonly perSecond: number;
  told(number: number): Partial<Envelope<string>>;
}

const incarnationLeaps = { capacity: 64 * 2 ** 32, perSecond: 2 ** 32 / 600 };

const budgets: readonly Budget[] = [
  {
    ...{ name: 'round', refusal: 'a round out of reach', capacity: 2 ** 24, perSecond: 1000 },
    told: (round) => ({ message: { type: 'prepareLog', ballot: ballot(round, 1) } }),
  },
  {
    ...{ name: 'incarnation of its sender', refusal: 'an incarnation out of reach' },
    ...incarnationLeaps,
    told: (incarnation) => ({ mark: { ...plainMark(), incarnations: [0, incarnation, 0] } }),
  },
  {
    ...{ name: 'incarnation of a third peer', refusal: 'an incarnation out of reach' },
    ...incarnationLeaps,
    told: (incarnation) => ({ mark: { ...plainMark(), incarnations: [0, 0, incarnation] } }),
  },
  {
    ...{ name: 'incarnation to be admitted', refusal: 'an incarnation out of reach' },
    ...incarnationLeaps,
    told: (incarnation) => ({ message: { type: 'admit', ...admission, incarnation } }),
  },
  {
    ...{ name: 'incarnation that is recorded elsewhere', refusal: 'an incarnation out of reach' },
    ...incarnationLeaps,
    told: (latest) => ({ message: { type: 'staleIncarnation', ...admission, latest } }),
  },
  {
    ...{ name: 'state epoch', refusal: 'a state epoch out of reach', capacity: 1024, perSecond: 1 },
    told: (stateEpoch) => ({ stateEpoch }),
  },
  {
    ...{ name: 'write', refusal: 'a write out of reach', capacity: 2 ** 40, perSecond: 2 ** 20 },
    told: (writeIndex) => ({ mark: { ...plainMark(), writeIndex } }),
  },
];

describe('The budget of', () => {
  let plausibility: Plausibility;
  let records: PeerRecord[];
  let ground: { knownUpTo: number; votingFloor: number | undefined };

  beforeEach(() => {
    records = [0, 1, 2].map(() => ({ incarnation: 0, writeIndex: 0 }));
    ground = { knownUpTo: -1, votingFloor: undefined };
    plausibility = new Plausibility({
      ...{ me: 0, peerCount: 3, instanceLeapMax: leapMax },
      learner: {
        get knownUpTo() {
          return ground.knownUpTo;
        },
      },
      participation: {
        recordOf: (peer) => records[peer] ?? { incarnation: 0, writeIndex: 0 },
        get votingFloor() {
          return ground.votingFloor;
        },
      },
    });
  });

  /** The reason why peer 1 is not believed; `undefined` if it is. */
  function refusal(told: Partial<Envelope<string>>, now = 0, writeIndex = 0): string | undefined {
    const envelope = { from: 1, to: 0, ...nothingForgotten, mark: plainMark(), message: learn };
    const believed = plausibility.believe<string>({ ...envelope, ...told }, writeIndex, now);
    return typeof believed === 'string' ? believed : undefined;
  }

  for (const { name, refusal: refused, capacity, perSecond, told } of budgets) {
    it(`${name}: is its capacity at once, and grows with each second`, () => {
      expect(refusal(told(capacity + 1))).to.equal(refused);
      expect(refusal(told(capacity))).to.equal(undefined);
      // A round that was believed is known from then on; of a peer, what is recorded is known.
      const known = name === 'round' ? capacity : 0;
      expect(refusal(told(known + 1)), 'used up').to.equal(refused);
      const grown = known + 600 * perSecond;
      expect(refusal(told(grown + 1), 600_000)).to.equal(refused);
      expect(refusal(told(grown), 600_000)).to.equal(undefined);
    });
  }

  it('what this peer is said to have had: is as far above what it has, and does not grow', () => {
    records[0] = { incarnation: 5, writeIndex: 0 };
    for (const now of [0, 600_000]) {
      const incarnation = (own: number) =>
        refusal({ mark: { ...plainMark(), incarnations: [own, 0, 0] } }, now);
      expect(incarnation(5 + 2 ** 38)).to.equal(undefined);
      expect(incarnation(6 + 2 ** 38)).to.equal('an incarnation of this peer out of reach');
      const write = (acknowledgedIndex: number) =>
        refusal({ mark: { ...plainMark(), acknowledgedIndex } }, now, 7);
      expect(write(7 + 2 ** 40)).to.equal(undefined);
      expect(write(8 + 2 ** 40)).to.equal('a write of this peer out of reach');
    }
  });

  it('writes and state epochs: counts from what is recorded, and anew in another incarnation', () => {
    records[1] = { incarnation: 3, writeIndex: 2 ** 45, stateEpoch: 2 ** 20 };
    const told = (incarnation: number, writeIndex: number, stateEpoch: number) => ({
      mark: { ...plainMark(), incarnations: [0, incarnation, 0], writeIndex },
      stateEpoch,
    });
    expect(refusal(told(4, 2 ** 40, 1025))).to.equal('a state epoch out of reach');
    expect(refusal(told(4, 2 ** 40 + 1, 1024))).to.equal('a write out of reach');
    expect(refusal(told(3, 2 ** 45 + 1, 2 ** 20 + 1))).to.equal(undefined);
  });

  it('instances: is one leap above what is known, and one leap while nothing is', () => {
    const prepare = (seq: number) => ({
      message: { type: 'prepare', seq, ballot: ballot(1, 1) } as Message<string>,
    });
    const outOfReach = 'an instance out of reach';
    expect(refusal(prepare(leapMax))).to.equal(outOfReach);
    expect(refusal(prepare(leapMax - 1))).to.equal(undefined);
    ground.votingFloor = 5;
    expect([5, 6].map((seq) => refusal(prepare(seq + leapMax)))).to.deep.equal([
      ...[undefined, outOfReach],
    ]);
    ground.knownUpTo = 8;
    expect([8, 9].map((seq) => refusal(prepare(seq + leapMax)))).to.deep.equal([
      ...[undefined, outOfReach],
    ]);
    plausibility.noteOwnSeq(2000);
    plausibility.noteOwnSeq(7);
    expect([2000, 2001].map((seq) => refusal(prepare(seq)))).to.deep.equal([undefined, outOfReach]);
  });
});
