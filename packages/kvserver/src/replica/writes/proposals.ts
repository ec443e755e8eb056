/**
 * The instances that this replica proposes in, each with its batch. A batch is the replica's own, or another
 * replica forwarded it to this leader. A batch that loses its instance to another value needs a new one.
 */
import type { Bytes } from '@paxkv/protocol';
import type { Origin } from '../../state-machine/batch.ts';
import type { PendingRequest } from '../requests/pending-request.ts';

/** Requests that travel as one value. */
export interface Batch {
  readonly origin: Origin;
  /** The encoded batch. */
  readonly value: Bytes;
  /** The requests that wait here for its effect; absent for a batch of another replica and for a raise. */
  readonly requests?: readonly PendingRequest[];
}

export class Proposals {
  /** Proposed batches, by their undecided instance. */
  readonly #inFlight = new Map<number, Batch>();
  /** Batches that lost their instance and have no new one yet, the oldest first. */
  #displaced: Batch[] = [];
  #highestSeq = -1;
  #consecutiveLosses = 0;

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  /** Those with requests that wait here. */
  get ownInFlightCount(): number {
    let count = 0;
    for (const { requests } of this.#inFlight.values()) if (requests !== undefined) count += 1;
    return count;
  }

  /** The highest instance for which a batch was proposed, or −1. */
  get highestSeq(): number {
    return this.#highestSeq;
  }

  /** How many instances were lost to other values since a batch won one. */
  get consecutiveLosses(): number {
    return this.#consecutiveLosses;
  }

  isInFlight(seq: number): boolean {
    return this.#inFlight.has(seq);
  }

  /** Whether the batch is proposed, or needs another instance. */
  has(batch: Batch): boolean {
    return this.#displaced.includes(batch) || [...this.#inFlight.values()].includes(batch);
  }

  begin(seq: number, batch: Batch): void {
    this.#inFlight.set(seq, batch);
    this.#highestSeq = Math.max(this.#highestSeq, seq);
  }

  /** Drops every batch: no request waits for them, and the state will skip instances in which they may be decided. */
  abandon(): void {
    this.#inFlight.clear();
    this.#displaced = [];
  }

  /**
   * The state has passed all instances up to `applied`. A batch still in flight there needs another one: the decision of
   * its instance came before the batch, or a newer state has skipped the instance. The batch may have been decided, but
   * then no request waits here for it: see `abandon`.
   */
  onPassed(applied: number): void {
    for (const [seq, batch] of this.#inFlight) {
      if (seq > applied) continue;
      this.#inFlight.delete(seq);
      this.#displace(batch);
    }
  }

  /** Records a decision. Returns whether a batch of this replica lost its instance to it. */
  onDecided(seq: number, value: Bytes): boolean {
    const batch = this.#inFlight.get(seq);
    if (batch === undefined) return false;
    this.#inFlight.delete(seq);
    if (isSameValue(batch.value, value)) {
      this.#consecutiveLosses = 0;
      return false;
    }
    this.#consecutiveLosses += 1;
    this.#displace(batch);
    return true;
  }

  /** Removes the oldest batch that needs another instance and for which a request may still wait. */
  takeDisplaced(): Batch | undefined {
    this.#displaced = this.#displaced.filter(isAwaited);
    return this.#displaced.shift();
  }

  #displace(batch: Batch): void {
    this.#displaced.push(batch);
    this.#displaced.sort((left, right) => left.origin.number - right.origin.number);
  }
}

/** Whether the batch must still be decided. Only the replica that made it can know that it need not. */
export function isAwaited({ requests }: Batch): boolean {
  return requests === undefined || requests.some(({ isSettled }) => !isSettled);
}

function isSameValue(one: Bytes, other: Bytes): boolean {
  return one === other || Buffer.compare(one, other) === 0;
}
