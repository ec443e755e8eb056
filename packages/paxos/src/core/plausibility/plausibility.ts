/**
 * Plausibility: what a peer believes of the numbers that others claim. Messages are not forged, but the memory or the
 * program of one peer may be damaged, and what it says then must not cost the others what never comes back: the
 * range of rounds, of incarnations and of instances.
 * Rule: what a single peer says moves no number by more than a bounded leap beyond what is known here.
 *
 * Instances are known by decisions, which arrive in order; by what this peer was admitted with; and by what one peer
 * more than a minority says that its host is done with. A peer that was away for ever so long gets there by one of
 * these ways. Rounds and incarnations have no such ground, so they have a budget.
 */
import type { PeerId } from '../ballot.ts';
import type { PeerRecord } from '../effects.ts';
import type { Learner } from '../instance/learner.ts';
import type { Envelope } from '../messages/envelope.ts';
import type { Participation } from '../recovery/participation.ts';
import { corroborated } from './corroboration.ts';
import { LeapBudget } from './leap-budget.ts';
import { highestRound, highestSeq, ownBallot, trimmed } from './named-numbers.ts';

/** A restart skips a thousand rounds at most: thousands of restarts at once, and one each second ever after. */
const roundLeaps = { capacity: 2 ** 24, perSecond: 1000 };
/** A new incarnation is up to this much above the last one. */
const incarnationStep = 2 ** 32;
/** That many losses of a memory at once, and one more each ten minutes. */
const incarnationLeaps = { capacity: 64 * incarnationStep, perSecond: incarnationStep / 600 };
/** How often the host of a peer lost its state. */
const epochLeaps = { capacity: 1024, perSecond: 1 };
/** Writes of another peer: those of years at once, and a million a second ever after. */
const writeLeaps = { capacity: 2 ** 40, perSecond: 2 ** 20 };

export interface PlausibilityOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  /** How far above what is known an instance may be that one peer speaks of. */
  readonly instanceLeapMax: number;
  readonly learner: Pick<Learner<unknown>, 'knownUpTo'>;
  readonly participation: Pick<Participation, 'recordOf' | 'votingFloor'>;
}

interface IncarnationLeap {
  readonly peer: PeerId;
  readonly leap: number;
}

interface PeerBudgets {
  readonly incarnations: LeapBudget;
  readonly epochs: LeapBudget;
  readonly writes: LeapBudget;
}

export class Plausibility {
  readonly #options: PlausibilityOptions;
  readonly #rounds = new LeapBudget(roundLeaps);
  readonly #budgets: readonly PeerBudgets[];
  /** For each other peer, how far it says that its host is done; −1 for this one, whose word is no proof. */
  readonly #done: number[];
  #round = 0;
  #ownSeq = -1;

  constructor(options: PlausibilityOptions) {
    this.#options = options;
    const peers = Array.from({ length: options.peerCount });
    this.#done = peers.map(() => -1);
    this.#budgets = peers.map(() => ({
      incarnations: new LeapBudget(incarnationLeaps),
      epochs: new LeapBudget(epochLeaps),
      writes: new LeapBudget(writeLeaps),
    }));
  }

  /** A round that this peer used or promised itself. */
  noteRound(round: number): void {
    this.#round = Math.max(this.#round, round);
  }

  /** The host proposes in this instance. */
  noteOwnSeq(seq: number): void {
    this.#ownSeq = Math.max(this.#ownSeq, seq);
  }

  /**
   * What to believe of an envelope, or why nothing. What it tells of its sender's progress is trimmed, since less of
   * that is true as well. `writeIndex`: that of this peer.
   */
  believe<V>(envelope: Envelope<V>, writeIndex: number, now: number): Envelope<V> | string {
    const { from, done, message } = envelope;
    if (from === this.#options.me) {
      this.noteRound(highestRound(message));
      return envelope;
    }
    if ((ownBallot(message)?.peer ?? from) !== from) return 'a ballot of another peer';
    const round = highestRound(message);
    if (!this.#rounds.allows(round - this.#round, now)) return 'a round out of reach';
    const mark = this.#implausibleMark(envelope, writeIndex, now);
    if (mark !== undefined) return mark;
    this.#done[from] = done;
    const limit = this.#seqLimit();
    if (highestSeq(message) > limit) return 'an instance out of reach';
    this.#rounds.take(round - this.#round);
    this.noteRound(round);
    this.#takeMark(envelope);
    return trimmed(envelope, limit);
  }

  snapshot() {
    return {
      rounds: this.#rounds.snapshot(),
      budgets: this.#budgets.map(({ incarnations, epochs, writes }) => ({
        incarnations: incarnations.snapshot(),
        epochs: epochs.snapshot(),
        writes: writes.snapshot(),
      })),
      done: [...this.#done],
      round: this.#round,
      ownSeq: this.#ownSeq,
    };
  }

  resume({ rounds, budgets, done, round, ownSeq }: ReturnType<Plausibility['snapshot']>): void {
    this.#rounds.resume(rounds);
    for (const [peer, { incarnations, epochs, writes }] of budgets.entries()) {
      this.#budgets[peer]?.incarnations.resume(incarnations);
      this.#budgets[peer]?.epochs.resume(epochs);
      this.#budgets[peer]?.writes.resume(writes);
    }
    this.#done.splice(0, this.#done.length, ...done);
    this.#round = round;
    this.#ownSeq = ownSeq;
  }

  #seqLimit(): number {
    const { peerCount, instanceLeapMax, learner, participation } = this.#options;
    const grounds = [
      learner.knownUpTo,
      participation.votingFloor ?? -1,
      corroborated(this.#done, peerCount),
    ];
    return Math.max(...grounds.map((seq) => seq + instanceLeapMax), this.#ownSeq);
  }

  #implausibleMark<V>(
    envelope: Envelope<V>,
    ownWriteIndex: number,
    now: number,
  ): string | undefined {
    const { me } = this.#options;
    const { from, mark } = envelope;
    for (const { peer, leap } of this.#incarnationLeaps(envelope)) {
      if (this.#budgets[peer]?.incarnations.allows(leap, now) === false)
        return 'an incarnation out of reach';
    }
    const own = (mark.incarnations[me] ?? 0) - this.#recordOf(me).incarnation;
    if (own > incarnationLeaps.capacity) return 'an incarnation of this peer out of reach';
    const { epoch, write } = this.#leapsOf(envelope);
    if (this.#budgets[from]?.epochs.allows(epoch, now) === false)
      return 'a state epoch out of reach';
    if (this.#budgets[from]?.writes.allows(write, now) === false) return 'a write out of reach';
    if (mark.acknowledgedIndex - ownWriteIndex > writeLeaps.capacity)
      return 'a write of this peer out of reach';
    return undefined;
  }

  #takeMark<V>(envelope: Envelope<V>): void {
    for (const { peer, leap } of this.#incarnationLeaps(envelope)) {
      this.#budgets[peer]?.incarnations.take(leap);
    }
    const { epoch, write } = this.#leapsOf(envelope);
    const budgets = this.#budgets[envelope.from];
    budgets?.epochs.take(epoch);
    budgets?.writes.take(write);
  }

  /** By how much the envelope would raise what is recorded of its sender. A new incarnation begins at 0. */
  #leapsOf<V>({ from, stateEpoch, mark }: Envelope<V>): { epoch: number; write: number } {
    const record = this.#recordOf(from);
    const isSame = mark.incarnations[from] === record.incarnation;
    return {
      epoch: stateEpoch - (isSame ? (record.stateEpoch ?? 0) : 0),
      write: mark.writeIndex - (isSame ? record.writeIndex : 0),
    };
  }

  /** By how much the envelope would raise the incarnation of each peer that is recorded here. */
  #incarnationLeaps<V>({ from, mark, message }: Envelope<V>): IncarnationLeap[] {
    const { me } = this.#options;
    // Nothing but the incarnation to be admitted is recorded from such a request.
    if (message.type === 'admit') return [this.#leapTo(from, message.incarnation)];
    const leaps: IncarnationLeap[] = [];
    for (const [peer, incarnation] of mark.incarnations.entries()) {
      if (peer !== me) leaps.push(this.#leapTo(peer, incarnation));
    }
    if (message.type === 'staleIncarnation') leaps.push(this.#leapTo(me, message.latest));
    return leaps;
  }

  #leapTo(peer: PeerId, incarnation: number): IncarnationLeap {
    return { peer, leap: incarnation - this.#recordOf(peer).incarnation };
  }

  #recordOf(peer: PeerId): PeerRecord {
    return this.#options.participation.recordOf(peer);
  }
}
