/**
 * Batches in the instances this replica proposes them in, its own and those of others that were handed
 * to it as the leader. One that loses its instance to another value wants the next.
 */
import type { Bytes } from '@paxkv/protocol';
import type { Origin } from '../../state-machine/batch.ts';
import type { PendingRequest } from '../requests/pending-request.ts';

/** Requests that travel as one value. */
export interface Batch {
  readonly origin: Origin;
  /** The batch, encoded once and for all. */
  readonly value: Bytes;
  /** Who waits for it here; absent for the batch of another replica. */
  readonly requests?: readonly PendingRequest[];
}

export class Proposals {
  /** By the undecided instance they are proposed in. */
  readonly #inFlight = new Map<number, Batch>();
  /** Without an instance, since another value was decided in theirs; the oldest first. */
  #displaced: Batch[] = [];
  #highestSeq = -1;
  #lostInRow = 0;

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  /** The highest instance in which a batch was proposed, or −1. */
  get highestSeq(): number {
    return this.#highestSeq;
  }

  /** How many instances were lost to other values since a batch won one. */
  get lostInRow(): number {
    return this.#lostInRow;
  }

  isInFlight(seq: number): boolean {
    return this.#inFlight.has(seq);
  }

  begin(seq: number, batch: Batch): void {
    this.#inFlight.set(seq, batch);
    this.#highestSeq = Math.max(this.#highestSeq, seq);
  }

  /** Knows of no batch any more: nobody waits for any of them, and their instances were leapt over. */
  abandon(): void {
    this.#inFlight.clear();
    this.#displaced = [];
  }

  /** Takes note of a decision: a batch in that instance has won it, or needs another. Gives back whether it lost. */
  onDecided(seq: number, value: Bytes): boolean {
    const batch = this.#inFlight.get(seq);
    if (batch === undefined) return false;
    this.#inFlight.delete(seq);
    if (isSameValue(batch.value, value)) {
      this.#lostInRow = 0;
      return false;
    }
    this.#lostInRow += 1;
    this.#displaced.push(batch);
    this.#displaced.sort((left, right) => left.origin.number - right.origin.number);
    return true;
  }

  /** The oldest batch that needs another instance, if somebody may still wait for it. */
  takeDisplaced(): Batch | undefined {
    this.#displaced = this.#displaced.filter(isAwaited);
    return this.#displaced.shift();
  }
}

/** Whether it still matters that the batch is decided; only its own replica can tell that it does not. */
export function isAwaited({ requests }: Batch): boolean {
  return requests === undefined || requests.some(({ isSettled }) => !isSettled);
}

function isSameValue(one: Bytes, other: Bytes): boolean {
  return one === other || Buffer.compare(one, other) === 0;
}
