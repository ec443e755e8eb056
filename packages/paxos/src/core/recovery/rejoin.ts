/**
 * Rejoin: how a peer without memory comes (back) into the group. Paxos Made Live §5.1.
 *
 * Such a peer may have made promises and cast votes that it no longer knows of. It therefore begins a new
 * incarnation and has it recorded by a quorum of other peers. From then on it takes part only in instances
 * above the highest seq that any of them knew of: its voting floor.
 *
 * This is safe because a quorum that counts an answer of the earlier incarnation also includes a peer that
 * recorded the new one. If that peer took part in the instance before it recorded the new incarnation, it
 * knew of the instance, which then is not above the voting floor. If it took part afterwards, its envelope
 * carries the new incarnation, and the old answer is not counted together with it.
 *
 * The very first incarnation begins in the same way. In that case a quorum with memory is not needed if
 * all other peers confirm that they have never known this peer. What one of them has forgotten was decided
 * all the same: such a peer takes no part there, or peers without memory would decide it anew.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { OwnIncarnation } from '../effects.ts';
import type { Envelope } from '../messages/envelope.ts';
import type { Admit, Admitted, StaleIncarnation } from '../messages/recovery.ts';
import { agreedHighest } from '../plausibility/corroboration.ts';
import { otherPeers, quorumSize } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';
import type { Incarnations } from './incarnations.ts';

/** Attempt numbers are random, from 0 to below this, so that two are practically never the same. */
const attemptRange = 2 ** 48;
/**
 * A new incarnation exceeds the last one known by a random number up to this. Peers that recorded an
 * earlier one may have lost their memory too, so adding 1 could repeat a number.
 */
const incarnationStep = 2 ** 32;

/** What another peer answers, and what it has forgotten. */
export type Admittance = Admitted & Pick<Envelope<unknown>, 'min'>;

export interface RejoinOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly incarnations: Incarnations;
  readonly delays: RetryDelays;
  readonly random: Random;
  /** See `PaxosOptions`. */
  readonly instanceLeapMax: number;
}

export class Rejoin {
  readonly #options: RejoinOptions;
  /** Absent while this peer never lost its memory. */
  #incarnation: OwnIncarnation | undefined;
  readonly #answers = new Map<PeerId, Admittance>();
  #tryCount = 0;
  /** When to ask again; absent before the first time. */
  #wakeAt: number | undefined;

  constructor(options: RejoinOptions) {
    this.#options = options;
  }

  restore(incarnation: OwnIncarnation): void {
    this.#incarnation = incarnation;
    this.#options.incarnations.startOwn(incarnation.incarnation);
  }

  /** Begins without memory. `isNew`: as far as this peer knows, it never had any. */
  begin<V>(isNew: boolean, step: Step<V>): void {
    const [incarnation, attempt] = [this.#incarnationAbove(0), this.#drawAttempt()];
    this.#choose({ type: 'incarnation', incarnation, attempt, isNew }, step);
  }

  /** This peer takes part in instances above this one, from −1. Absent: in none, until it is admitted. */
  get votingFloor(): number | undefined {
    return this.#incarnation === undefined ? -1 : this.#incarnation.votingFloor;
  }

  get isMember(): boolean {
    return this.votingFloor !== undefined;
  }

  /** The peers without whose answer this peer may not be admitted yet. Empty once it is a member. */
  get awaited(): readonly PeerId[] {
    if (this.isMember) return [];
    const { me, peerCount } = this.#options;
    const counts = this.#mayBeFirst ? () => true : ({ isMember }: Admitted) => isMember;
    return otherPeers(me, peerCount).filter((peer) => {
      const answer = this.#answers.get(peer);
      return answer === undefined || !counts(answer);
    });
  }

  /** When to ask again; absent before the first `wake`, and once this peer is a member. */
  wakeAt(): number | undefined {
    return this.isMember ? undefined : this.#wakeAt;
  }

  /** Asks all others again when due: a peer that had no memory either may have been admitted by now. */
  wake<V>(step: Step<V>): void {
    if (this.isMember || (this.#wakeAt !== undefined && this.#wakeAt > step.now)) return;
    this.#wakeAt = step.now + this.#options.delays.beforeResend(this.#tryCount);
    this.#tryCount += 1;
    this.#ask(step);
    this.#conclude(step);
  }

  onAdmitted<V>(from: PeerId, answer: Admittance, step: Step<V>): void {
    if (!this.#isCurrent(answer)) return;
    this.#answers.set(from, answer);
    this.#conclude(step);
  }

  /** Another peer recorded a higher incarnation of this peer, so this one is not the first either. */
  onStaleIncarnation<V>({ incarnation, attempt, latest }: StaleIncarnation, step: Step<V>): void {
    if (!this.#isCurrent({ incarnation, attempt })) return;
    const higher = this.#incarnationAbove(latest);
    this.#choose({ type: 'incarnation', incarnation: higher, attempt, isNew: false }, step);
    this.#ask(step);
  }

  snapshot() {
    const [incarnation, tryCount, wakeAt] = [this.#incarnation, this.#tryCount, this.#wakeAt];
    return { incarnation, answers: [...this.#answers], tryCount, wakeAt };
  }

  resume({ incarnation, answers, tryCount, wakeAt }: ReturnType<Rejoin['snapshot']>): void {
    this.#incarnation = incarnation;
    this.#answers.clear();
    for (const [peer, answer] of answers) this.#answers.set(peer, answer);
    this.#tryCount = tryCount;
    this.#wakeAt = wakeAt;
  }

  #isCurrent({ incarnation, attempt }: Pick<Admit, 'incarnation' | 'attempt'>): boolean {
    return (
      !this.isMember &&
      this.#incarnation?.incarnation === incarnation &&
      this.#incarnation.attempt === attempt
    );
  }

  #choose<V>(incarnation: OwnIncarnation, step: Step<V>): void {
    this.restore(incarnation);
    this.#answers.clear();
    step.persist(incarnation);
  }

  #ask<V>(step: Step<V>): void {
    if (this.#incarnation === undefined) return;
    const { incarnation, attempt } = this.#incarnation;
    const { me, peerCount } = this.#options;
    const request: Admit = { type: 'admit', incarnation, attempt };
    // An incarnation is durable before it is sent, or a restarted peer could begin it a second time.
    for (const to of otherPeers(me, peerCount)) step.sendAfter(to, request);
  }

  #conclude<V>(step: Step<V>): void {
    const votingFloor = this.#findVotingFloor();
    if (this.#incarnation === undefined || votingFloor === undefined) return;
    const round = Math.max(0, ...[...this.#answers.values()].map((answer) => answer.round));
    this.#incarnation = { ...this.#incarnation, votingFloor };
    this.#answers.clear();
    step.persist(this.#incarnation);
    // The answers may have named other new incarnations. The envelopes of this peer must carry them from now on.
    this.#options.incarnations.persist(step);
    // Safety: an earlier incarnation may have led with rounds up to this one.
    this.#options.ballots.skipTo(round, step);
  }

  #findVotingFloor(): number | undefined {
    const { peerCount } = this.#options;
    const answers = [...this.#answers.values()];
    const isFirstIncarnation = this.#mayBeFirst;
    // Safety: only a peer with memory can tell in which instances it took part.
    const members = answers.filter(({ isMember }) => isMember);
    if (members.length < quorumSize(peerCount)) {
      // Safety: the others without memory, a quorum with this peer, know of nothing that was decided before.
      const forgotten = Math.max(-1, ...answers.map(({ min }) => min - 1));
      return isFirstIncarnation && answers.length === peerCount - 1 ? forgotten : undefined;
    }
    // Such a quorum would know of any earlier incarnation. Without an earlier one this peer has forgotten
    // nothing, and a voting floor would only leave fewer peers to decide the instances in progress.
    if (isFirstIncarnation) return -1;
    // A lower floor than the highest answer would not be safe, and one damaged answer must not silence this peer.
    const { instanceLeapMax: leapMax } = this.#options;
    return agreedHighest(
      answers.map(({ max }) => max),
      { peerCount, leapMax },
    );
  }

  /** Whether nothing heard so far speaks of an earlier incarnation of this peer. */
  get #mayBeFirst(): boolean {
    return (
      this.#incarnation?.isNew === true && [...this.#answers.values()].every(({ isNew }) => isNew)
    );
  }

  /** Safety: no two incarnations share a number, or an answer of one would count for the other. */
  #incarnationAbove(latest: number): number {
    return latest + 1 + Math.floor(this.#options.random.next() * incarnationStep);
  }

  #drawAttempt(): number {
    return Math.floor(this.#options.random.next() * attemptRange);
  }
}
