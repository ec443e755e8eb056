/**
 * Allocates this peer's own ballots and never uses a round twice, also over restarts.
 *
 * Rounds are reserved on disk in blocks. A restarted peer begins above every round that was ever
 * reserved, so within a block a new ballot needs no write before it may be sent.
 */
import { assert } from '../errors.ts';
import { type Ballot, type PeerId, roundMax } from './ballot.ts';
import type { DurableWrite } from './effects.ts';
import type { Step } from './step.ts';

const roundsPerReservation = 1000;

export class BallotAllocator {
  readonly #me: PeerId;
  /** Rounds up to here belong to earlier runs of this peer. */
  #floor = 0;
  #reserved = 0;
  #durable = 0;

  constructor(me: PeerId) {
    this.#me = me;
  }

  restore(round: number): void {
    this.#floor = Math.max(this.#floor, round);
    this.#reserved = this.#floor;
    this.#durable = this.#floor;
  }

  /** Counts rounds up to `round` as used, durably. */
  skipTo<V>(round: number, step: Step<V>): void {
    if (round <= this.#floor) return;
    this.restore(Math.max(round, this.#reserved));
    step.persist({ type: 'reserved', round: this.#reserved });
  }

  /** The lowest unused ballot above `seen`. Reserves more rounds if it needs them. */
  ballotAbove<V>(seen: Ballot | undefined, step: Step<V>): Ballot {
    const round = Math.max(this.#floor, seen?.round ?? 0) + 1;
    assert(round <= roundMax, `a ballot's round is at most ${roundMax}`);
    this.#reserve(round, step);
    return { round, peer: this.#me };
  }

  /** Reserves the next ballot above `seen` in advance, so that it is durable before this peer needs it. */
  reserveAbove<V>(seen: Ballot, step: Step<V>): void {
    this.#reserve(Math.max(this.#floor, seen.round) + 1, step);
  }

  /** Whether a restarted peer would know that `ballot` was used. Until then it must not be sent. */
  isDurable(ballot: Ballot): boolean {
    return ballot.round <= this.#durable;
  }

  onPersisted<V>(writes: readonly DurableWrite<V>[]): void {
    for (const write of writes) {
      if (write.type === 'reserved') this.#durable = Math.max(this.#durable, write.round);
    }
  }

  snapshot() {
    return { floor: this.#floor, reserved: this.#reserved, durable: this.#durable };
  }

  resume({ floor, reserved, durable }: ReturnType<BallotAllocator['snapshot']>): void {
    this.#floor = floor;
    this.#reserved = reserved;
    this.#durable = durable;
  }

  #reserve<V>(round: number, step: Step<V>): void {
    if (round <= this.#reserved) return;
    this.#reserved = Math.min(roundMax, round + roundsPerReservation);
    step.persist({ type: 'reserved', round: this.#reserved });
  }
}
