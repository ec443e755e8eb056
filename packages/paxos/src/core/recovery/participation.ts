/**
 * Membership: whose word counts, and whether this peer takes part itself. Both hang on memory: who lost
 * his begins a new incarnation, and takes part again once the others have admitted him.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { Memory, OwnIncarnation, PeerRecords } from '../effects.ts';
import type { Admit, Admitted, StaleIncarnation } from '../messages/group.ts';
import type { MemoryMark } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { RetryDelays } from '../timeouts.ts';
import { Incarnations } from './incarnations.ts';
import { Rejoin } from './rejoin.ts';

export interface ParticipationOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly delays: RetryDelays;
  readonly random: Random;
  /** How this peer found its memory. */
  readonly memory: Memory<unknown>['state'];
}

/** In what this peer took part, as far as it matters to one that comes back. */
export interface ParticipationRecord {
  readonly max: number;
  /** Of the log promise. */
  readonly round: number;
}

export class Participation {
  readonly #me: PeerId;
  readonly #incarnations: Incarnations;
  readonly #rejoin: Rejoin;
  /** `kept` from the first write on. */
  #memory: Memory<unknown>['state'];

  constructor({ me, peerCount, delays, random, memory }: ParticipationOptions) {
    this.#me = me;
    this.#memory = memory;
    this.#incarnations = new Incarnations(me, peerCount);
    this.#rejoin = new Rejoin({ me, peerCount, incarnations: this.#incarnations, delays, random });
  }

  restore(write: OwnIncarnation | PeerRecords): void {
    if (write.type === 'incarnation') this.#rejoin.restore(write);
    else this.#incarnations.restore(write);
  }

  /** Whether this peer takes part. */
  get isMember(): boolean {
    return this.#memory === 'kept' && this.#rejoin.isMember;
  }

  /** This peer takes part in no instance up to this one. */
  get votingFloor(): number {
    return this.#memory === 'kept' ? this.#rejoin.votingFloor : Infinity;
  }

  /** Up to here rounds may have been used to lead in a former incarnation. */
  get round(): number {
    return this.#rejoin.round;
  }

  /** To be called before anything is said, so that nothing is ever said outside of an incarnation. */
  begin<V>(outbox: Outbox<V>): void {
    if (this.#memory === 'kept') return;
    this.#rejoin.begin(this.#memory === 'new', outbox);
    this.#memory = 'kept';
  }

  wake<V>(now: number, outbox: Outbox<V>): void {
    this.#rejoin.wake(now, outbox);
  }

  wakeAt(): number | undefined {
    return this.#memory === 'kept' ? this.#rejoin.wakeAt() : -Infinity;
  }

  mark(to: PeerId, turn: number): MemoryMark {
    return this.#incarnations.mark(to, turn);
  }

  note<V>(outbox: Outbox<V>): void {
    this.#incarnations.note(outbox);
  }

  /** Whether `mark` was made in an incarnation of `from` that is over. */
  isStale(from: PeerId, mark: MemoryMark): boolean {
    return this.#incarnations.isStale(from, mark);
  }

  /** Whether who made `mark` has not heard yet of some incarnation known here. */
  isBehind(mark: MemoryMark): boolean {
    return this.#incarnations.isBehind(mark);
  }

  /** Takes note of what an envelope says of others. Gives back whose new incarnation was news. */
  observe(from: PeerId, mark: MemoryMark): PeerId[] {
    return this.#incarnations.observe(from, mark);
  }

  /** Others may remember more of this peer than it does: a lost tail, or a copy of former times. */
  memoryLossShownBy(
    from: PeerId,
    { incarnations, acknowledgedIndex }: MemoryMark,
    writeIndex: number,
  ): string | undefined {
    if (!this.isMember) return undefined;
    const incarnation = incarnations[this.#me] ?? 0;
    const { own } = this.#incarnations;
    if (incarnation > own)
      return `peer ${from} knows incarnation ${incarnation} of this peer, which is at incarnation ${own}`;
    if (incarnation < own || acknowledgedIndex <= writeIndex) return undefined;
    return `peer ${from} acknowledged write ${acknowledgedIndex} of this peer, whose storage holds ${writeIndex}`;
  }

  onAdmitted<V>(from: PeerId, answer: Admitted, outbox: Outbox<V>): void {
    this.#rejoin.onAdmitted(from, answer, outbox);
  }

  onStaleIncarnation<V>(answer: StaleIncarnation, outbox: Outbox<V>): void {
    this.#rejoin.onStaleIncarnation(answer, outbox);
  }

  /** Gives back whether the new incarnation is recorded: then nothing said before it counts any more. */
  onAdmit<V>(from: PeerId, request: Admit, own: ParticipationRecord, outbox: Outbox<V>): boolean {
    const { incarnation, attempt } = request;
    const admission = this.#incarnations.admit(from, request, outbox);
    if (admission === undefined) {
      const latest = this.#incarnations.latest(from);
      outbox.sendAfter(from, { type: 'staleIncarnation', incarnation, attempt, latest });
      return false;
    }
    const { isNew } = admission;
    const { isMember } = this;
    outbox.sendAfter(from, { type: 'admitted', incarnation, attempt, isMember, isNew, ...own });
    return true;
  }
}
