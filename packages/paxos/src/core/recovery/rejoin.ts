/**
 * Rejoin: how a peer without memory comes (back) into the group. Paxos Made Live §5.1.
 *
 * It may have made promises and cast votes it knows nothing of. So it begins a new life, has it
 * recorded by a quorum that excludes itself, and from then on takes part only in instances above the
 * highest that any of them knew of. Why that is enough: a quorum that counts on a word of its former
 * life contains, besides it, one of those who recorded the new life. If that one spoke up before, the
 * instance was known to it, and lies below the fence; if after, its envelopes tell of the new life, and
 * the old word is not counted beside them.
 *
 * The first life of all is begun in the same way; there the word of all others that none of them ever
 * met this peer takes the place of a quorum's memory.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { OwnLife } from '../effects.ts';
import type { Admit, Admitted, Outlived } from '../messages/group.ts';
import type { Outbox } from '../outbox.ts';
import { quorumSize } from '../quorum.ts';
import type { Patience } from '../timeouts.ts';
import type { Lives } from './incarnations.ts';

/** Attempts are drawn from this many: two are never the same. */
const attemptCount = 2 ** 48;
/** Lives too: those who were told of a former one may have forgotten it, but somebody heard of it. */
const lifeStep = 2 ** 32;

export interface RejoinOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly lives: Lives;
  readonly patience: Patience;
  readonly random: Random;
}

export class Rejoin {
  readonly #options: RejoinOptions;
  /** Absent while this peer never lost its memory. */
  #life: OwnLife | undefined;
  readonly #answers = new Map<PeerId, Admitted>();
  #round = 0;
  #tryCount = 0;
  #wakeAt: number | undefined;

  constructor(options: RejoinOptions) {
    this.#options = options;
  }

  restore(life: OwnLife): void {
    this.#life = life;
    this.#options.lives.beginOwn(life.life);
  }

  /** There is no memory. `isNew`: there never was one, as far as is known. */
  begin<V>(isNew: boolean, outbox: Outbox<V>): void {
    this.#choose({ life: this.#lifeAbove(0), attempt: this.#draw(), isNew }, outbox);
  }

  /** Whether this peer takes part at all. */
  get isMember(): boolean {
    return this.fence < Infinity;
  }

  /** This peer takes part in no instance up to this one. */
  get fence(): number {
    return this.#life === undefined ? -1 : (this.#life.fence ?? Infinity);
  }

  /** Up to here rounds may have been used to lead in a former life. */
  get round(): number {
    return this.#round;
  }

  wakeAt(): number | undefined {
    return this.isMember ? undefined : (this.#wakeAt ?? -Infinity);
  }

  /** Asks everyone, again and again: who was without memory itself may have it by now. */
  wake<V>(now: number, outbox: Outbox<V>): void {
    if (this.isMember || (this.#wakeAt ?? -Infinity) > now) return;
    this.#wakeAt = now + this.#options.patience.beforeResend(this.#tryCount);
    this.#tryCount += 1;
    this.#ask(outbox);
    this.#conclude(outbox);
  }

  onAdmitted<V>(from: PeerId, answer: Admitted, outbox: Outbox<V>): void {
    if (!this.#isCurrent(answer)) return;
    this.#answers.set(from, answer);
    this.#conclude(outbox);
  }

  /** Another life of this peer went further than thought, so it is not its first one either. */
  onOutlived<V>(answer: Outlived, outbox: Outbox<V>): void {
    if (!this.#isCurrent(answer)) return;
    const life = this.#lifeAbove(answer.latest);
    this.#choose({ life, attempt: answer.attempt, isNew: false }, outbox);
    this.#ask(outbox);
  }

  #isCurrent({ life, attempt }: Admitted | Outlived): boolean {
    return !this.isMember && this.#life?.life === life && this.#life.attempt === attempt;
  }

  #choose<V>(life: Omit<OwnLife, 'type' | 'fence'>, outbox: Outbox<V>): void {
    this.restore({ type: 'life', ...life });
    this.#answers.clear();
    outbox.persist({ type: 'life', ...life });
  }

  #ask<V>(outbox: Outbox<V>): void {
    if (this.#life === undefined) return;
    const { life, attempt } = this.#life;
    const request: Admit = { type: 'admit', life, attempt };
    // A life is durable before anyone hears of it, or a restart could begin it a second time.
    for (const to of this.#others()) outbox.sendAfter(to, request);
  }

  #conclude<V>(outbox: Outbox<V>): void {
    const fence = this.#findFence();
    if (this.#life === undefined || fence === undefined) return;
    this.#life = { ...this.#life, fence };
    this.#round = Math.max(0, ...[...this.#answers.values()].map(({ round }) => round));
    this.#answers.clear();
    outbox.persist(this.#life);
    // Also the new lives of others that their answers told of: an answer given here must tell of them.
    this.#options.lives.persist(outbox);
  }

  #findFence(): number | undefined {
    const { peerCount } = this.#options;
    const answers = [...this.#answers.values()];
    const isFirstLife = this.#life?.isNew === true && answers.every(({ isNew }) => isNew);
    if (isFirstLife && answers.length === peerCount - 1) return -1;
    // Safety: only who has memory can say in what a quorum took part.
    const members = answers.filter(({ isMember }) => isMember);
    if (members.length < quorumSize(peerCount)) return undefined;
    // One of such a quorum would know of any former life, so without one there is nothing to forget. A
    // fence would only lessen those who can decide what the others have begun.
    if (isFirstLife) return -1;
    return Math.max(...answers.map(({ max }) => max));
  }

  #others(): PeerId[] {
    const { me, peerCount } = this.#options;
    return Array.from({ length: peerCount }, (_, peer) => peer).filter((peer) => peer !== me);
  }

  /** Safety: no two lives share a number, or what was said in the one would count for the other. */
  #lifeAbove(latest: number): number {
    return latest + 1 + Math.floor(this.#options.random.next() * lifeStep);
  }

  #draw(): number {
    return Math.floor(this.#options.random.next() * attemptCount);
  }
}
