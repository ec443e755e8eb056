/**
 * This replica's own batches, from the first proposal until they are applied.
 * Rule: a batch is never proposed in two undecided instances at once, so it is decided once at most.
 */
import type { Bytes } from '../state-machine/command.ts';
import type { PendingRequest } from './pending-request.ts';

/** Requests that travel as one value. */
export interface OwnBatch {
  /** Its number among the batches of this boot. */
  readonly number: number;
  readonly requests: readonly PendingRequest[];
  /** The batch, encoded once and for all. */
  readonly value: Bytes;
}

export class Proposals {
  /** By the undecided instance they are proposed in. */
  readonly #inFlight = new Map<number, OwnBatch>();
  /** Decided and not applied yet, by number. */
  readonly #decided = new Map<number, OwnBatch>();
  /** Without an instance, since another value was decided in theirs; in the order of their numbers. */
  #displaced: OwnBatch[] = [];
  #highestSeq = -1;

  get inFlightCount(): number {
    return this.#inFlight.size;
  }

  /** The highest instance in which a batch was proposed, or −1. */
  get highestSeq(): number {
    return this.#highestSeq;
  }

  isInFlight(seq: number): boolean {
    return this.#inFlight.has(seq);
  }

  begin(seq: number, batch: OwnBatch): void {
    this.#inFlight.set(seq, batch);
    this.#highestSeq = Math.max(this.#highestSeq, seq);
  }

  /** Knows of no batch any more: nobody waits for any of them, and their instances were leapt over. */
  abandon(): void {
    this.#inFlight.clear();
    this.#decided.clear();
    this.#displaced = [];
  }

  /** Takes note of a decision: an own batch in that instance has won it, or needs another. */
  onDecided(seq: number, value: Bytes): void {
    const batch = this.#inFlight.get(seq);
    if (batch === undefined) return;
    this.#inFlight.delete(seq);
    if (isSameValue(batch.value, value)) {
      this.#decided.set(batch.number, batch);
      return;
    }
    this.#displaced.push(batch);
    this.#displaced.sort((left, right) => left.number - right.number);
  }

  /** The oldest batch that needs another instance, if somebody still waits for it. */
  takeDisplaced(): OwnBatch | undefined {
    this.#displaced = this.#displaced.filter(({ requests }) =>
      requests.some(({ isSettled }) => !isSettled),
    );
    return this.#displaced.shift();
  }

  /** The batch of that number, which is applied now. */
  takeDecided(number: number): OwnBatch | undefined {
    const batch = this.#decided.get(number);
    this.#decided.delete(number);
    return batch;
  }
}

function isSameValue(own: Bytes, decided: Bytes): boolean {
  if (own === decided) return true;
  return own.length === decided.length && own.every((byte, index) => byte === decided[index]);
}
