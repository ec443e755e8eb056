/**
 * Hand-over: a replica that does not lead gives its batches to the one that does, which gets them decided
 * in one round. Nothing rests on it: a batch that is not applied in time is given again, and in the end
 * this replica proposes it alone. Twice decided is not twice done, since every write carries a stamp.
 */
import type { Clock, PeerId } from '@paxkv/paxos';
import { RoundTripEstimator } from '@paxkv/paxos/core';
import { type Batch, isAwaited } from '../writes/proposals.ts';
import type { ForwardPort } from './forward-port.ts';

/** How long the leader has to get a batch decided: well above a round of a busy cluster, and longer where it takes longer. */
const patienceMsMin = 250;
const patienceMsMax = 2000;
/** How often a batch is given away before it is proposed here. */
const tryCountMax = 2;
/** The same while the log goes on, so that the batch most likely waits its turn with the leader. */
const queuedTryCountMax = 5;

export interface ForwarderOptions {
  readonly me: PeerId;
  readonly port: ForwardPort;
  readonly clock: Clock;
  /** Who leads, as far as is known here. */
  readonly leader: () => PeerId | undefined;
  /** The leader has one batch fewer: if somebody awaits it, it wants another way into the log. */
  readonly onReturned: () => void;
}

interface Given {
  readonly batch: Batch;
  readonly givenMs: number;
  readonly tryCount: number;
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  /** With the leader and not applied yet, by number, the oldest first. */
  readonly #given = new Map<number, Given>();
  /** To be proposed here. */
  #returned: Batch[] = [];
  /** When an instance was last applied. */
  #progressMs = -Infinity;
  readonly #answerTime = new RoundTripEstimator({
    waitMsMin: patienceMsMin,
    waitMsMax: patienceMsMax,
  });
  #cancelTimer: (() => void) | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#given.size;
  }

  /** Whether the leader, another replica, has it now. If not, it is to be proposed here. */
  give(batch: Batch): boolean {
    return this.#give(batch, 1);
  }

  /** Whoever has what is under way may be gone, or is not the one to have it any more. */
  onLeader(): void {
    const given = [...this.#given.values()];
    // While nobody leads, somebody soon will.
    if (this.#options.leader() === undefined) return;
    this.#given.clear();
    for (const { batch } of given) {
      if (!isAwaited(batch) || !this.#give(batch, 1)) this.#return(batch);
    }
  }

  /** An instance was applied. */
  onProgress(): void {
    this.#progressMs = this.#options.clock.now();
  }

  /** The batch of this number is in the log. */
  onApplied(number: number): void {
    const given = this.#given.get(number);
    if (given?.tryCount === 1) {
      this.#answerTime.onAnswer(this.#options.clock.now() - given.givenMs);
    }
    this.#given.delete(number);
  }

  /** The oldest batch that the leader did not get decided in time. */
  takeReturned(): Batch | undefined {
    this.#returned = this.#returned.filter(isAwaited);
    return this.#returned.shift();
  }

  abandon(): void {
    this.#given.clear();
    this.#returned = [];
  }

  stop(): void {
    this.abandon();
    this.#cancelTimer?.();
  }

  #give(batch: Batch, tryCount: number): boolean {
    const { me, port, clock, leader } = this.#options;
    const to = leader();
    if (to === undefined || to === me) return false;
    const { runId, number } = batch.origin;
    this.#given.set(number, { batch, givenMs: clock.now(), tryCount });
    port.send(to, { type: 'forward', runId, number, value: batch.value });
    this.#watch();
    return true;
  }

  #giveAgain({ batch, tryCount, givenMs }: Given): void {
    const countMax = this.#progressMs > givenMs ? queuedTryCountMax : tryCountMax;
    const mayGive = tryCount < countMax && isAwaited(batch);
    if (!mayGive || !this.#give(batch, tryCount + 1)) this.#return(batch);
  }

  #return(batch: Batch): void {
    if (isAwaited(batch)) this.#returned.push(batch);
    this.#options.onReturned();
  }

  #watch(): void {
    const [oldest] = this.#given.values();
    if (oldest === undefined) return;
    const dueMs = oldest.givenMs + this.#answerTime.waitMs;
    this.#cancelTimer ??= this.#options.clock.at(dueMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#cancelTimer = undefined;
    const now = this.#options.clock.now();
    const { waitMs } = this.#answerTime;
    const overdue = [...this.#given].filter(([, { givenMs }]) => now >= givenMs + waitMs);
    if (overdue.length > 0) this.#answerTime.onResent();
    for (const [number, given] of overdue) {
      this.#given.delete(number);
      this.#giveAgain(given);
    }
    this.#watch();
  }
}
