/**
 * Membership: whose word counts, and whether this peer takes part itself. Both hang on memory: who lost
 * his begins a new life, and takes part again once the others have admitted him.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { Memory, Met, OwnLife } from '../effects.ts';
import type { Admit, Admitted, Outlived } from '../messages/group.ts';
import type { MemoryMark } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { Patience } from '../timeouts.ts';
import { Lives } from './incarnations.ts';
import { Rejoin } from './rejoin.ts';

export interface MembershipOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly patience: Patience;
  readonly random: Random;
  /** How this peer found its memory. */
  readonly memory: Memory<unknown>['state'];
}

/** In what this peer took part, as far as it matters to one that comes back. */
export interface Experience {
  readonly max: number;
  /** Of the log promise. */
  readonly round: number;
}

export class Membership {
  readonly #me: PeerId;
  readonly #lives: Lives;
  readonly #rejoin: Rejoin;
  /** `kept` from the first write on. */
  #memory: Memory<unknown>['state'];

  constructor({ me, peerCount, patience, random, memory }: MembershipOptions) {
    this.#me = me;
    this.#memory = memory;
    this.#lives = new Lives(me, peerCount);
    this.#rejoin = new Rejoin({ me, peerCount, lives: this.#lives, patience, random });
  }

  restore(write: OwnLife | Met): void {
    if (write.type === 'life') this.#rejoin.restore(write);
    else this.#lives.restore(write);
  }

  /** Whether this peer takes part. */
  get isMember(): boolean {
    return this.#memory === 'kept' && this.#rejoin.isMember;
  }

  /** This peer takes part in no instance up to this one. */
  get fence(): number {
    return this.#memory === 'kept' ? this.#rejoin.fence : Infinity;
  }

  /** Up to here rounds may have been used to lead in a former life. */
  get round(): number {
    return this.#rejoin.round;
  }

  /** To be called before anything is said, so that nothing is ever said outside of a life. */
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
    return this.#lives.mark(to, turn);
  }

  note<V>(outbox: Outbox<V>): void {
    this.#lives.note(outbox);
  }

  /** Whether `mark` was made in a life of `from` that is over. */
  isOver(from: PeerId, mark: MemoryMark): boolean {
    return this.#lives.isOver(from, mark);
  }

  /** Whether who made `mark` has not heard yet of some life known here. */
  isBehind(mark: MemoryMark): boolean {
    return this.#lives.isBehind(mark);
  }

  /** Takes note of what an envelope says of others. Gives back whose new life was news. */
  heard(from: PeerId, mark: MemoryMark): PeerId[] {
    return this.#lives.heard(from, mark);
  }

  /** Others may remember more of this peer than it does: a lost tail, or a copy of former times. */
  lossToldBy(from: PeerId, { lives, heard }: MemoryMark, turn: number): string | undefined {
    if (!this.isMember) return undefined;
    const life = lives[this.#me] ?? 0;
    const { own } = this.#lives;
    if (life > own) return `peer ${from} knows life ${life} of this peer, which leads life ${own}`;
    if (life < own || heard <= turn) return undefined;
    return `peer ${from} heard turn ${heard} of this peer, which remembers ${turn}`;
  }

  onAdmitted<V>(from: PeerId, answer: Admitted, outbox: Outbox<V>): void {
    this.#rejoin.onAdmitted(from, answer, outbox);
  }

  onOutlived<V>(answer: Outlived, outbox: Outbox<V>): void {
    this.#rejoin.onOutlived(answer, outbox);
  }

  /** Gives back whether the new life is recorded: then nothing said before it counts any more. */
  onAdmit<V>(from: PeerId, request: Admit, own: Experience, outbox: Outbox<V>): boolean {
    const { life, attempt } = request;
    const admission = this.#lives.admit(from, request, outbox);
    if (admission === undefined) {
      const latest = this.#lives.latest(from);
      outbox.sendAfter(from, { type: 'outlived', life, attempt, latest });
      return false;
    }
    const { isNew } = admission;
    const { isMember } = this;
    outbox.sendAfter(from, { type: 'admitted', life, attempt, isMember, isNew, ...own });
    return true;
  }
}
