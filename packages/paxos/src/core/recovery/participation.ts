/**
 * Participation: decides which answers count, and whether this peer itself takes part. Both depend on
 * memory: a peer that lost it begins a new incarnation, and takes part again once the others admit it.
 */
import type { Random } from '../../environment.ts';
import type { PeerId } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { Memory, OwnIncarnation, PeerRecord, PeerRecords } from '../effects.ts';
import type { MemoryMark } from '../messages/envelope.ts';
import type { Admit, Admitted, StaleIncarnation } from '../messages/recovery.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';
import { Incarnations } from './incarnations.ts';
import { type Admittance, Rejoin } from './rejoin.ts';

export interface ParticipationOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly delays: RetryDelays;
  readonly random: Random;
  /** See `PaxosOptions`. */
  readonly instanceLeapMax: number;
  /** The state in which this peer found its memory. */
  readonly memory: Memory<unknown>['state'];
}

/** How far this peer took part, as a peer that rejoins needs to know it. */
export type ParticipationRecord = Pick<Admitted, 'max' | 'round'>;

export class Participation {
  readonly #me: PeerId;
  readonly #incarnations: Incarnations;
  readonly #rejoin: Rejoin;
  /** `kept` from the first write on. */
  #memory: Memory<unknown>['state'];

  constructor({ memory, ...options }: ParticipationOptions) {
    const { me, peerCount } = options;
    this.#me = me;
    this.#memory = memory;
    const incarnations = new Incarnations(me, peerCount);
    this.#incarnations = incarnations;
    this.#rejoin = new Rejoin({ ...options, incarnations });
  }

  restore(write: OwnIncarnation | PeerRecords): void {
    if (write.type === 'incarnation') this.#rejoin.restore(write);
    else this.#incarnations.restore(write);
  }

  /** This peer takes part in instances above this one, from −1. Absent: in none. */
  get votingFloor(): number | undefined {
    return this.#memory === 'kept' ? this.#rejoin.votingFloor : undefined;
  }

  /** Whether this peer takes part in any instance. */
  get isMember(): boolean {
    return this.votingFloor !== undefined;
  }

  /** See {@link Rejoin.awaited}. */
  get awaited(): readonly PeerId[] {
    return this.#rejoin.awaited;
  }

  /** Whether this peer may vote and propose in `seq`. */
  takesPartIn(seq: number): boolean {
    const { votingFloor } = this;
    return votingFloor !== undefined && seq > votingFloor;
  }

  /** What is recorded of the latest incarnation of a peer. */
  recordOf(peer: PeerId): PeerRecord {
    return this.#incarnations.recordOf(peer);
  }

  /** Called first in each step, so that this peer never sends anything before it has an incarnation. */
  begin<V>(step: Step<V>): void {
    if (this.#memory === 'kept') return;
    this.#rejoin.begin(this.#memory === 'new', step);
    this.#memory = 'kept';
  }

  wake<V>(step: Step<V>): void {
    this.#rejoin.wake(step);
  }

  wakeAt(): number | undefined {
    return this.#rejoin.wakeAt();
  }

  mark(to: PeerId, writeIndex: number): MemoryMark {
    return this.#incarnations.mark(to, writeIndex);
  }

  note<V>(step: Step<V>): void {
    this.#incarnations.note(step);
  }

  /** Whether `mark` was made in an earlier incarnation of `from`. */
  isStale(from: PeerId, mark: MemoryMark): boolean {
    return this.#incarnations.isStale(from, mark);
  }

  /** Whether the sender of `mark` does not yet know of some incarnation known here. */
  isBehind(mark: MemoryMark): boolean {
    return this.#incarnations.isBehind(mark);
  }

  /** Takes the mark of an envelope. Returns the peers whose newer incarnation the mark made known. */
  observe(from: PeerId, mark: MemoryMark): PeerId[] {
    return this.#incarnations.observe(from, mark);
  }

  /** Whether an envelope of `from` was sent before or after its host lost its state, as far as is known here. */
  observeState(from: PeerId, stateEpoch: number): 'older' | 'same' | 'newer' {
    return this.#incarnations.observeState(from, stateEpoch);
  }

  /**
   * Why this peer must stop, if `from` remembers more of it than it does: it lost the tail of its memory, or
   * runs on an old copy of it.
   */
  memoryLossShownBy(from: PeerId, mark: MemoryMark, writeIndex: number): string | undefined {
    if (!this.isMember) return undefined;
    const { incarnations, acknowledgedIndex } = mark;
    const incarnation = incarnations[this.#me] ?? 0;
    const { own } = this.#incarnations;
    if (incarnation > own)
      return `peer ${from} knows incarnation ${incarnation} of this peer, which is at incarnation ${own}`;
    if (incarnation < own || acknowledgedIndex <= writeIndex) return undefined;
    return `peer ${from} acknowledged write ${acknowledgedIndex} of this peer, whose storage holds ${writeIndex}`;
  }

  snapshot() {
    const [incarnations, rejoin] = [this.#incarnations.snapshot(), this.#rejoin.snapshot()];
    return { incarnations, rejoin, memory: this.#memory };
  }

  resume({ incarnations, rejoin, memory }: ReturnType<Participation['snapshot']>): void {
    this.#incarnations.resume(incarnations);
    this.#rejoin.resume(rejoin);
    this.#memory = memory;
  }

  onAdmitted<V>(from: PeerId, answer: Admittance, step: Step<V>): void {
    this.#rejoin.onAdmitted(from, answer, step);
  }

  onStaleIncarnation<V>(answer: StaleIncarnation, step: Step<V>): void {
    this.#rejoin.onStaleIncarnation(answer, step);
  }

  /** Returns whether the new incarnation is recorded. If so, earlier answers of that peer no longer count. */
  onAdmit<V>(from: PeerId, request: Admit, own: ParticipationRecord, step: Step<V>): boolean {
    const { incarnation, attempt } = request;
    const admission = this.#incarnations.admit(from, request, step);
    if (admission === undefined) {
      const latest = this.#incarnations.latest(from);
      step.sendAfter(from, { type: 'staleIncarnation', incarnation, attempt, latest });
      return false;
    }
    const { isNew } = admission;
    const { isMember } = this;
    step.sendAfter(from, { type: 'admitted', incarnation, attempt, isMember, isNew, ...own });
    return true;
  }
}
