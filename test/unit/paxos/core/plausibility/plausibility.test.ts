import type { Envelope, MemoryMark, Message, PeerRecord } from '@paxkv/paxos/core';
import { Plausibility } from '@paxkv/paxos/internal/core/plausibility/plausibility';
import { expect } from 'chai';
import fc from 'fast-check';
import { nothingForgotten, plainMark } from '../../../contracts/plain-mark.ts';
import { ballot } from '../steps.ts';

const leap = 1000;
const minute = 60_000;

class Believer {
  readonly learner = { knownUpTo: 50 };
  votingFloor: number | undefined = -1;
  readonly records: PeerRecord[] = [0, 1, 2].map(() => ({ incarnation: 0, writeIndex: 0 }));
  readonly plausibility: Plausibility;
  writeIndex = 7;
  nowMs = 0;

  constructor() {
    const { learner } = this;
    const participation = {
      recordOf: (peer: number) => this.records[peer] ?? { incarnation: 0, writeIndex: 0 },
      votingFloor: -1,
    };
    Object.defineProperty(participation, 'votingFloor', { get: () => this.votingFloor });
    this.plausibility = new Plausibility({
      ...{ me: 0, peerCount: 3, instanceLeapMax: leap, learner, participation },
    });
  }

  /** What is believed of a message: the envelope, or the reason why nothing. */
  hear(
    from: number,
    message: Message<string>,
    {
      mark = {},
      ...told
    }: Partial<Omit<Envelope<string>, 'mark'>> & { mark?: Partial<MemoryMark> } = {},
  ): Envelope<string> | string {
    const envelope = {
      ...{ from, to: 0, ...nothingForgotten, ...told },
      mark: { ...plainMark(), ...mark },
      message,
    };
    return this.plausibility.believe(envelope, this.writeIndex, this.nowMs);
  }

  /** The highest round that was believed of messages of peer 1, each as far above the last as `step` says. */
  climb(count: number, step: number): number {
    let round = 1;
    for (let index = 0; index < count; index += 1) {
      const message = { type: 'prepareLog', ballot: ballot(round + step, 1) } as const;
      if (typeof this.hear(1, message) !== 'string') round += step;
    }
    return round;
  }
}

describe('Plausibility', () => {
  let believer: Believer;
  const prepare = (seq: number, round = 1, peer = 1) =>
    ({ type: 'prepare', seq, ballot: ballot(round, peer) }) as const;
  const learn = { type: 'learn', seq: 0, count: 1 } as const;

  beforeEach(() => {
    believer = new Believer();
  });

  describe('of instances', () => {
    it('ends a leap above what is known by decisions', () => {
      expect(believer.hear(1, prepare(50 + leap))).to.not.be.a('string');
      expect(believer.hear(1, prepare(51 + leap))).to.equal('an instance out of reach');
      believer.learner.knownUpTo = 60;
      expect(believer.hear(1, prepare(51 + leap))).to.not.be.a('string');
    });

    it('does not move with what one peer says, however often it says it', () => {
      for (let seq = 0; seq <= 100 * leap; seq += leap / 10) {
        believer.hear(1, prepare(seq), { done: 2 ** 50, floor: 2 ** 50 });
        believer.hear(2, prepare(Math.min(seq, 50 + leap), 1, 2), { done: 50 });
      }
      const far = believer.hear(1, prepare(51 + leap), { done: 2 ** 50 });
      expect(far).to.equal('an instance out of reach');
    });

    it('moves with what one peer more than a minority is done with: a peer may be away for ever so long', () => {
      const far = 2 ** 40;
      expect(believer.hear(1, prepare(far + 5), { done: far })).to.be.a('string');
      expect(believer.hear(2, prepare(far + 5, 1, 2), { done: far - 3 })).to.not.be.a('string');
      expect(believer.hear(1, prepare(far + 5), { done: far })).to.not.be.a('string');
    });

    it('trims how far a sender has come, so that a peer far behind learns in steps', () => {
      const told = { done: 2 ** 40, floor: 2 ** 39, min: 3, everyPeerMin: 2 };
      expect(believer.hear(1, learn, told)).to.deep.include({
        ...told,
        done: 50 + leap,
        floor: 50 + leap,
      });
    });

    it('covers what the host itself proposes, and what the peer was admitted with', () => {
      believer.plausibility.noteOwnSeq(9 * leap);
      expect(
        believer.hear(1, { type: 'accepted', seq: 9 * leap, ballot: ballot(1, 0) }),
      ).to.not.be.a('string');
      believer.votingFloor = 20 * leap;
      expect(believer.hear(1, prepare(21 * leap))).to.not.be.a('string');
    });

    it('does not take a read index that only one peer speaks of', () => {
      const reply = { type: 'readIndexReply', id: 1, knownUpTo: 3 } as const;
      expect(believer.hear(1, { ...reply, readIndex: 51 + leap })).to.be.a('string');
      expect(believer.hear(1, { ...reply, readIndex: 50 + leap })).to.not.be.a('string');
    });
  });

  describe('of rounds', () => {
    it('lets no number of messages get to the highest round', () => {
      expect(believer.climb(256, 2 ** 40)).to.equal(1);
      expect(believer.climb(100_000, 2 ** 16)).to.be.below(2 ** 24 + 2);
    });

    it('lets them grow with elections and restarts', () => {
      for (let round = 1; round < 50_000; round += 1000) {
        believer.nowMs += 1000;
        expect(believer.hear(1, prepare(1, round))).to.not.be.a('string');
      }
    });

    it('believes any round in the end, so that no honest peer is shut out for good', () => {
      believer.climb(1, 2 ** 24 - 1);
      const message = prepare(1, 2 ** 25 + 500_000);
      expect(believer.hear(1, message)).to.equal('a round out of reach');
      believer.nowMs += 300 * minute;
      expect(believer.hear(1, message)).to.not.be.a('string');
    });

    it('counts from what this peer used or promised itself', () => {
      believer.plausibility.noteRound(2 ** 30);
      expect(believer.hear(1, prepare(1, 2 ** 30 + 5))).to.not.be.a('string');
    });

    it('belong to their proposer', () => {
      expect(believer.hear(1, prepare(1, 1, 2))).to.equal('a ballot of another peer');
      expect(believer.hear(1, { type: 'heartbeat', ballot: ballot(1, 0) })).to.be.a('string');
      // A peer passes on decisions of others.
      expect(believer.hear(1, { type: 'decided', seq: 1, ballot: ballot(1, 2) })).to.not.be.a(
        'string',
      );
    });
  });

  describe('of incarnations', () => {
    const marked = (...incarnations: number[]) => ({ mark: { incarnations } });

    it('lets one damaged field burn none', () => {
      const damaged = 2 ** 52 - 10;
      expect(believer.hear(1, learn, marked(0, damaged, 0))).to.equal(
        'an incarnation out of reach',
      );
      expect(believer.hear(1, learn, marked(0, 0, damaged))).to.equal(
        'an incarnation out of reach',
      );
      expect(believer.hear(1, learn, marked(damaged, 0, 0))).to.equal(
        'an incarnation of this peer out of reach',
      );
      const admit = { type: 'admit', incarnation: damaged, attempt: 1 } as const;
      expect(believer.hear(1, admit)).to.equal('an incarnation out of reach');
      const stale = {
        type: 'staleIncarnation',
        incarnation: 5,
        attempt: 1,
        latest: damaged,
      } as const;
      expect(believer.hear(1, stale)).to.equal('an incarnation out of reach');
    });

    it('lets no number of messages get to the highest', () => {
      for (let count = 0; count < 100_000; count += 1) {
        const incarnation = (believer.records[2]?.incarnation ?? 0) + 2 ** 36;
        if (typeof believer.hear(1, learn, marked(0, 0, incarnation)) === 'string') continue;
        believer.records[2] = { incarnation, writeIndex: 0 };
      }
      expect(believer.records[2]?.incarnation).to.be.at.most(2 ** 38);
    });

    it('believes what a peer that lost its memory again and again says', () => {
      for (let incarnation = 2 ** 31; incarnation < 50 * 2 ** 31; incarnation += 2 ** 31) {
        const admit = { type: 'admit', incarnation, attempt: 1 } as const;
        expect(believer.hear(1, admit, marked(0, incarnation, 0))).to.not.be.a('string');
        believer.records[1] = { incarnation, writeIndex: 0 };
      }
    });

    it('does not use up its budget with what is not recorded', () => {
      const incarnation = 2 ** 37;
      for (let count = 0; count < 10; count += 1) {
        // Others know a later incarnation of this peer, and a request to be admitted carries marks that do not count.
        expect(believer.hear(1, learn, marked(incarnation, 0, 0))).to.not.be.a('string');
        const admit = { type: 'admit', incarnation: 1, attempt: 1 } as const;
        expect(believer.hear(1, admit, marked(0, 1, incarnation))).to.not.be.a('string');
      }
    });
  });

  it('bounds write indexes and state epochs by what is recorded of that incarnation', () => {
    expect(believer.hear(1, learn, { mark: { writeIndex: 2 ** 51 } })).to.equal(
      'a write out of reach',
    );
    expect(believer.hear(1, learn, { mark: { acknowledgedIndex: 2 ** 51 } })).to.equal(
      'a write of this peer out of reach',
    );
    expect(believer.hear(1, learn, { stateEpoch: 2 ** 40 })).to.equal('a state epoch out of reach');
    believer.records[1] = { incarnation: 0, writeIndex: 2 ** 51, stateEpoch: 2 ** 40 };
    expect(believer.hear(1, learn, { stateEpoch: 2 ** 40 + 1 })).to.not.be.a('string');
    expect(believer.hear(1, learn, { mark: { writeIndex: 2 ** 51 + 5 } })).to.not.be.a('string');
  });

  it('gives nothing of a refused message any effect', () => {
    const message = prepare(2 ** 50, 2 ** 23);
    expect(believer.hear(1, message)).to.equal('an instance out of reach');
    expect(believer.climb(1, 2 ** 24 - 1)).to.equal(2 ** 24);
  });

  it('believes its own peer', () => {
    const message = prepare(2 ** 50, 2 ** 40, 0);
    expect(believer.hear(0, message)).to.have.property('message', message);
    expect(believer.hear(1, prepare(1, 2 ** 40 + 1))).to.not.be.a('string');
  });

  it('keeps every number within its bounds, whatever is sent', () => {
    const seq = fc.oneof(fc.nat(3000), fc.integer({ min: 0, max: 2 ** 52 }));
    const round = fc.oneof(fc.nat(100), fc.integer({ min: 1, max: 2 ** 48 }));
    const sent = fc.record({ from: fc.constantFrom(1, 2), seq, round, done: seq, floor: seq });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 30 }), (messages) => {
        believer = new Believer();
        let highest = 0;
        for (const { from, seq: at, round: of, ...told } of messages) {
          // Peer 2 is undamaged.
          const done = from === 2 ? 50 : told.done;
          const believed = believer.hear(from, prepare(at, of + 1, from), { ...told, done });
          if (typeof believed === 'string') continue;
          highest = Math.max(highest, of + 1);
          expect(Math.max(at, believed.done, believed.floor)).to.be.at.most(50 + leap);
        }
        expect(highest).to.be.at.most(2 ** 24);
      }),
    );
  });
});
