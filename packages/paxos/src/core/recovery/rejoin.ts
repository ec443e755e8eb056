/**
 * Rejoin: how a peer without memory comes (back) into the group. Paxos Made Live §5.1.
 *
 * It may have made promises and cast votes it knows nothing of. So it begins a new incarnation, has it
 * recorded by a quorum that excludes itself, and from then on takes part only in instances above the
 * highest that any of them knew of. Why that is enough: a quorum that counts on a word of its former
 * incarnation contains, besides it, one of those who recorded the new incarnation. If that one spoke up before, the
 * instance was known to it, and lies below the votingFloor; if after, its envelopes tell of the new incarnation, and
 * the old word is not counted beside them.
 *
 * The first incarnation of all is begun in the same way; there the word of all others that none of them ever
 * met this peer takes the place of a quorum's memory.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { OwnIncarnation } from '../effects.ts';
import type { Admit, Admitted, StaleIncarnation } from '../messages/group.ts';
import type { Outbox } from '../outbox.ts';
import { quorumSize } from '../quorum.ts';
import type { RetryDelays } from '../timeouts.ts';
import type { Incarnations } from './incarnations.ts';

/** Attempts are drawn from this many: two are never the same. */
const attemptRange = 2 ** 48;
/** Lives too: those who were told of a former one may have forgotten it, but somebody heard of it. */
const incarnationStep = 2 ** 32;

export interface RejoinOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly incarnations: Incarnations;
  readonly delays: RetryDelays;
  readonly random: Random;
}

export class Rejoin {
  readonly #options: RejoinOptions;
  /** Absent while this peer never lost its memory. */
  #incarnation: OwnIncarnation | undefined;
  readonly #answers = new Map<PeerId, Admitted>();
  #round = 0;
  #tryCount = 0;
  #wakeAt: number | undefined;

  constructor(options: RejoinOptions) {
    this.#options = options;
  }

  restore(incarnation: OwnIncarnation): void {
    this.#incarnation = incarnation;
    this.#options.incarnations.startOwn(incarnation.incarnation);
  }

  /** There is no memory. `isNew`: there never was one, as far as is known. */
  begin<V>(isNew: boolean, outbox: Outbox<V>): void {
    this.#choose({ incarnation: this.#incarnationAbove(0), attempt: this.#draw(), isNew }, outbox);
  }

  /** Whether this peer takes part at all. */
  get isMember(): boolean {
    return this.votingFloor < Infinity;
  }

  /** This peer takes part in no instance up to this one. */
  get votingFloor(): number {
    return this.#incarnation === undefined ? -1 : (this.#incarnation.votingFloor ?? Infinity);
  }

  /** Up to here rounds may have been used to lead in a former incarnation. */
  get round(): number {
    return this.#round;
  }

  wakeAt(): number | undefined {
    return this.isMember ? undefined : (this.#wakeAt ?? -Infinity);
  }

  /** Asks everyone, again and again: who was without memory itself may have it by now. */
  wake<V>(now: number, outbox: Outbox<V>): void {
    if (this.isMember || (this.#wakeAt ?? -Infinity) > now) return;
    this.#wakeAt = now + this.#options.delays.beforeResend(this.#tryCount);
    this.#tryCount += 1;
    this.#ask(outbox);
    this.#conclude(outbox);
  }

  onAdmitted<V>(from: PeerId, answer: Admitted, outbox: Outbox<V>): void {
    if (!this.#isCurrent(answer)) return;
    this.#answers.set(from, answer);
    this.#conclude(outbox);
  }

  /** Another incarnation of this peer went further than thought, so it is not its first one either. */
  onStaleIncarnation<V>(answer: StaleIncarnation, outbox: Outbox<V>): void {
    if (!this.#isCurrent(answer)) return;
    const incarnation = this.#incarnationAbove(answer.latest);
    this.#choose({ incarnation, attempt: answer.attempt, isNew: false }, outbox);
    this.#ask(outbox);
  }

  #isCurrent({ incarnation, attempt }: Admitted | StaleIncarnation): boolean {
    return (
      !this.isMember &&
      this.#incarnation?.incarnation === incarnation &&
      this.#incarnation.attempt === attempt
    );
  }

  #choose<V>(incarnation: Omit<OwnIncarnation, 'type' | 'votingFloor'>, outbox: Outbox<V>): void {
    this.restore({ type: 'incarnation', ...incarnation });
    this.#answers.clear();
    outbox.persist({ type: 'incarnation', ...incarnation });
  }

  #ask<V>(outbox: Outbox<V>): void {
    if (this.#incarnation === undefined) return;
    const { incarnation, attempt } = this.#incarnation;
    const request: Admit = { type: 'admit', incarnation, attempt };
    // An incarnation is durable before anyone hears of it, or a restart could begin it a second time.
    for (const to of this.#others()) outbox.sendAfter(to, request);
  }

  #conclude<V>(outbox: Outbox<V>): void {
    const votingFloor = this.#findVotingFloor();
    if (this.#incarnation === undefined || votingFloor === undefined) return;
    this.#incarnation = { ...this.#incarnation, votingFloor };
    this.#round = Math.max(0, ...[...this.#answers.values()].map(({ round }) => round));
    this.#answers.clear();
    outbox.persist(this.#incarnation);
    // Also the new incarnations of others that their answers told of: an answer given here must tell of them.
    this.#options.incarnations.persist(outbox);
  }

  #findVotingFloor(): number | undefined {
    const { peerCount } = this.#options;
    const answers = [...this.#answers.values()];
    const isFirstIncarnation =
      this.#incarnation?.isNew === true && answers.every(({ isNew }) => isNew);
    if (isFirstIncarnation && answers.length === peerCount - 1) return -1;
    // Safety: only who has memory can say in what a quorum took part.
    const members = answers.filter(({ isMember }) => isMember);
    if (members.length < quorumSize(peerCount)) return undefined;
    // One of such a quorum would know of any former incarnation, so without one there is nothing to forget. A
    // votingFloor would only lessen those who can decide what the others have begun.
    if (isFirstIncarnation) return -1;
    return Math.max(...answers.map(({ max }) => max));
  }

  #others(): PeerId[] {
    const { me, peerCount } = this.#options;
    return Array.from({ length: peerCount }, (_, peer) => peer).filter((peer) => peer !== me);
  }

  /** Safety: no two incarnations share a number, or what was said in the one would count for the other. */
  #incarnationAbove(latest: number): number {
    return latest + 1 + Math.floor(this.#options.random.next() * incarnationStep);
  }

  #draw(): number {
    return Math.floor(this.#options.random.next() * attemptRange);
  }
}
