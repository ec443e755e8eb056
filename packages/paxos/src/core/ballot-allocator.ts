/**
 * Rounds: numbers for this peer's own ballots, never used twice, also over restarts.
 *
 * Rounds are reserved on disk in blocks. A restart begins above all that were ever reserved, so
 * within a block no write is needed before a new ballot may be spoken of.
 */
import { assert } from './assert.ts';
import { type Ballot, type PeerId, roundMax } from './ballot.ts';
import type { Outbox } from './outbox.ts';

const roundsReservedAtOnce = 1000;

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

  /** Rounds up to `round` count as used. */
  skip<V>(round: number, outbox: Outbox<V>): void {
    if (round <= this.#floor) return;
    this.restore(Math.max(round, this.#reserved));
    outbox.persist({ type: 'reserved', round: this.#reserved });
  }

  /** The lowest ballot of this run above `seen`; reserves more rounds where needed. */
  ballotAbove<V>(seen: Ballot | undefined, outbox: Outbox<V>): Ballot {
    const round = Math.max(this.#floor, seen?.round ?? 0) + 1;
    assert(round <= roundMax, `a ballot's round is at most ${roundMax}`);
    this.#reserve(round, outbox);
    return { round, peer: this.#me };
  }

  /** Has the next ballot above `seen` durable before it is needed. */
  reserveAbove<V>(seen: Ballot, outbox: Outbox<V>): void {
    this.#reserve(Math.max(this.#floor, seen.round) + 1, outbox);
  }

  /** Whether a restart would know that `ballot` was used. Until then nobody may hear of it. */
  isDurable(ballot: Ballot): boolean {
    return ballot.round <= this.#durable;
  }

  onPersisted(round: number): void {
    this.#durable = Math.max(this.#durable, round);
  }

  #reserve<V>(round: number, outbox: Outbox<V>): void {
    if (round <= this.#reserved) return;
    this.#reserved = Math.min(roundMax, round + roundsReservedAtOnce);
    outbox.persist({ type: 'reserved', round: this.#reserved });
  }
}
