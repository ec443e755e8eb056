/**
 * All requests that were accepted and have no reply yet. Each is either queued or
 * proposed. Their number and bytes are bounded, and a request beyond the bounds is refused at once. Clients share the
 * bounds, and their requests go into batches in turns.
 */
import { Ring } from '@paxkv/client/ring';
import type { Clock } from '@paxkv/paxos';
import type { Reply, Request } from '@paxkv/protocol';
import { localClient } from '../../budget/client.ts';
import { FairQueue } from '../../budget/fair-queue.ts';
import type { Limits } from '../../config/settings.ts';
import type { SubmitOptions } from '../submitter.ts';
import type { OwnSession } from '../writes/own-session.ts';
import { Admission, type BoundUse, type Load } from './admission.ts';
import { PendingRequest } from './pending-request.ts';
import { PendingShares } from './pending-shares.ts';
import { bytesOf } from './request-size.ts';
import { RequestSteps } from './request-steps.ts';

/** Waits that end at their deadline in one turn of the event loop. For each, a reply is made and sent. */
const expiredAtOnceMax = 128;

const none = () => 0;

export interface PendingRequestsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Stamps writes that clients send without a stamp. It must learn when they are settled. */
  readonly session: Pick<OwnSession, 'onSettled'>;
  /** Default: the time of the clock, and no flushes. */
  readonly steps?: RequestSteps;
  /** What else limits new requests. Default: nothing. */
  readonly load?: Omit<Load, 'pendingCount' | 'pendingBytes'>;
}

export class PendingRequests {
  readonly #options: PendingRequestsOptions;
  /** Oldest first, which is the order of their deadlines. */
  readonly #all = new Ring<PendingRequest>();
  readonly #queued = new FairQueue<PendingRequest>();
  readonly #admission: Admission;
  readonly #shares: PendingShares;
  readonly #steps: RequestSteps;
  #onEmpty: (() => void)[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
    this.#shares = new PendingShares(options.limits);
    this.#steps = options.steps ?? new RequestSteps(options.clock, none);
    this.#admission = new Admission(options.limits, {
      retainedLogBytes: none,
      journalBytes: none,
      memoryPercent: none,
      ...options.load,
      pendingCount: () => this.#shares.count,
      pendingBytes: () => this.#shares.bytes,
    });
  }

  /** Queued and proposed. */
  get count(): number {
    return this.#all.size;
  }

  /** Not proposed yet. */
  get queuedCount(): number {
    return this.#queued.size;
  }

  /** The bounds on requests, and how much of each is in use. */
  get bounds(): readonly BoundUse[] {
    return this.#admission.uses;
  }

  /** Queues a request for a batch. @throws KvError `KV_OVERLOADED` */
  add(request: Request, options: SubmitOptions = {}): Promise<Reply> {
    this.#admission.expectRoomForWrite();
    this.#shares.take(options.client ?? localClient, bytesOf(request));
    return this.#queue(this.#take(request, options));
  }

  /** Queues a request of the replica itself. It is never refused, since others depend on it. */
  addOwn(request: Request): Promise<Reply> {
    this.#shares.add(localClient, bytesOf(request));
    return this.#queue(this.#take(request, {}));
  }

  /** Accepts a request that goes into no batch. @throws KvError `KV_OVERLOADED` if a bound is reached. */
  admit(request: Request, options: SubmitOptions = {}): PendingRequest {
    this.#admission.expectRoom();
    this.#shares.take(options.client ?? localClient, bytesOf(request));
    return this.#take(request, options);
  }

  /** Queues a request again if its proposal certainly had no effect. */
  requeue(pending: PendingRequest): void {
    if (!pending.isSettled) pending.place = this.#queued.add(pending.client, pending);
  }

  /**
   * Offers queued requests to `take`, as many as fit into one batch: the oldest of each client, the clients in turns.
   * The requests for which it returns true count as proposed from now on; the others stay queued.
   */
  takeBatch(take: (pending: PendingRequest) => boolean): void {
    const { batchRequestCountMax, batchBytesMax } = this.#options.limits;
    let count = 0;
    let bytes = 0;
    const mark = this.#steps.mark();
    this.#queued.serve((pending) => {
      if (count > 0 && count + pending.partCount > batchRequestCountMax) return 'enough';
      if (count > 0 && bytes + pending.bytes > batchBytesMax) return 'enough';
      if (!take(pending)) return 'kept';
      pending.markProposed(mark);
      count += pending.partCount;
      bytes += pending.bytes;
      return pending.bytes;
    });
  }

  /** Ends the wait of every request that was not proposed. *Not done.* */
  refuseQueued(message: string): void {
    for (const pending of this.#queued) pending.interrupt(message);
  }

  /** Ends every wait. */
  interruptAll(message: string, cause?: unknown): void {
    for (const [, pending] of this.#all) pending.interrupt(message, cause);
  }

  /** Resolves when no request is pending, or after `graceMs`. */
  whenEmpty(graceMs: number): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const cancel = clock.at(clock.now() + graceMs, resolve);
      this.#onEmpty.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #queue(pending: PendingRequest): Promise<Reply> {
    pending.place = this.#queued.add(pending.client, pending);
    return pending.reply;
  }

  #take(request: Request, options: SubmitOptions): PendingRequest {
    const { clock, limits } = this.#options;
    const deadlineMs = clock.now() + limits.requestTimeoutMs;
    const { signal, timing, client, room } = options;
    const more = { client, room, onSettled: this.#onSettled };
    const pending = new PendingRequest(request, { deadlineMs, signal, timing, ...more });
    pending.slot = this.#all.add(pending);
    this.#startTimer(deadlineMs);
    return pending;
  }

  readonly #onSettled = (pending: PendingRequest): void => {
    this.#all.delete(pending.slot);
    if (pending.place !== undefined) this.#queued.delete(pending.place);
    this.#shares.giveBack(pending.client, pending.bytes);
    this.#options.session.onSettled(pending);
    if (this.#all.size > 0) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const callback of this.#onEmpty.splice(0)) callback();
  };

  /** One timer serves all requests, since their deadlines are in the order of arrival. */
  #startTimer(deadlineMs: number): void {
    this.#cancelTimer ??= this.#options.clock.at(deadlineMs, () => {
      this.#cancelTimer = undefined;
      this.#expire();
    });
  }

  #expire(): void {
    const { clock, limits } = this.#options;
    const now = clock.now();
    let count = 0;
    for (const [, pending] of this.#all) {
      if (pending.deadlineMs > now || count === expiredAtOnceMax) {
        this.#startTimer(Math.max(now, pending.deadlineMs));
        return;
      }
      pending.expire(limits.requestTimeoutMs);
      count += 1;
    }
  }
}
