/**
 * Forwarding: a replica that does not lead sends its batches to the leader, which gets them decided in one
 * round. Safety does not depend on it: a batch that is not applied in time is sent again, and in the end
 * this replica proposes it itself. A batch that is decided twice takes effect once, since every write
 * carries a stamp.
 */
import type { Clock, Paxos, PeerId } from '@paxkv/paxos';
import { RoundTripEstimator } from '@paxkv/paxos/core';
import type { Bytes } from '@paxkv/protocol';
import type { ForwardPort } from '../ports.ts';
import { type Batch, isAwaited } from '../writes/proposals.ts';

/** Shortest time that the leader has to get a batch decided: well above a round of a busy cluster. */
const waitMsMin = 250;
const waitMsMax = 2000;
/** How often a batch is forwarded before it is proposed here. */
const tryCountMax = 2;
/** How often while the log advances: the batch then most likely waits in the leader's queue. */
const queuedTryCountMax = 5;

export interface ForwarderOptions {
  readonly me: PeerId;
  readonly port: ForwardPort;
  readonly clock: Clock;
  readonly paxos: Pick<Paxos<Bytes>, 'leader'>;
  /** A batch is no longer with the leader. If it must still be proposed, `takeReturned` returns it. */
  readonly onReturned: () => void;
}

interface Forwarded {
  readonly batch: Batch;
  readonly sentMs: number;
  readonly tryCount: number;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  /** Batches that were sent to the leader and are not applied yet, by number, the oldest first. */
  readonly #inFlight = new Map<number, Forwarded>();
  /** Batches that this replica must propose itself. */
  #returned: Batch[] = [];
  /** When an instance was last applied. */
  #progressMs = Number.NEGATIVE_INFINITY;
  readonly #roundTrips = new RoundTripEstimator({ waitMsMin, waitMsMax });
  #cancelTimer: (() => void) | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#inFlight.size;
  }

  /** Sends `batch` to the leader. Returns false if this replica has to propose it itself. */
  forward(batch: Batch): boolean {
    return this.#send(batch, 1);
  }

  /** The known leader changed. The batches sent to the old one may be lost. */
  onLeader(): void {
    // Without a leader, wait: a new one will be known soon.
    if (this.#options.paxos.leader() === undefined) return;
    const inFlight = [...this.#inFlight.values()];
    this.#inFlight.clear();
    for (const { batch } of inFlight) {
      if (!isAwaited(batch) || !this.#send(batch, 1)) this.#return(batch);
    }
  }

  /** An instance was applied. */
  onProgress(): void {
    this.#progressMs = this.#options.clock.now();
  }

  /** The batch with this number was applied. */
  onApplied(number: number): void {
    const forwarded = this.#inFlight.get(number);
    if (forwarded?.tryCount === 1) {
      this.#roundTrips.onAnswer(this.#options.clock.now() - forwarded.sentMs);
    }
    this.#inFlight.delete(number);
  }

  /** Removes and returns the oldest batch that the leader did not get decided in time. */
  takeReturned(): Batch | undefined {
    this.#returned = this.#returned.filter(isAwaited);
    return this.#returned.shift();
  }

  abandon(): void {
    this.#inFlight.clear();
    this.#returned = [];
  }

  stop(): void {
    this.abandon();
    this.#cancelTimer?.();
  }

  #send(batch: Batch, tryCount: number): boolean {
    const { me, port, clock, paxos } = this.#options;
    const to = paxos.leader();
    if (to === undefined || to === me) return false;
    const { runId, number } = batch.origin;
    this.#inFlight.set(number, { batch, sentMs: clock.now(), tryCount });
    port.send(to, { type: 'forward', runId, number, value: batch.value });
    this.#startTimer();
    return true;
  }

  #retry({ batch, tryCount, sentMs }: Forwarded): void {
    const countMax = this.#progressMs > sentMs ? queuedTryCountMax : tryCountMax;
    const maySend = tryCount < countMax && isAwaited(batch);
    if (!maySend || !this.#send(batch, tryCount + 1)) this.#return(batch);
  }

  #return(batch: Batch): void {
    this.#returned.push(batch);
    this.#options.onReturned();
  }

  #startTimer(): void {
    const [oldest] = this.#inFlight.values();
    if (oldest === undefined) return;
    const dueMs = oldest.sentMs + this.#roundTrips.waitMs;
    this.#cancelTimer ??= this.#options.clock.at(dueMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#cancelTimer = undefined;
    const now = this.#options.clock.now();
    const { waitMs } = this.#roundTrips;
    const overdue = [...this.#inFlight].filter(([, { sentMs }]) => now >= sentMs + waitMs);
    if (overdue.length > 0) this.#roundTrips.onResent();
    for (const [number, forwarded] of overdue) {
      this.#inFlight.delete(number);
      this.#retry(forwarded);
    }
    this.#startTimer();
  }
}
