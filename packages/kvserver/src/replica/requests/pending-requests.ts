/**
 * All requests that were accepted and not answered yet; some are queued, the others proposed. Bounded
 * in number and bytes: what does not fit is refused, not kept waiting at the door.
 */
import { Ring } from '@paxkv/client/ring';
import type { Clock } from '@paxkv/paxos';
import type { Reply, Request } from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import type { Limits } from '../../config/settings.ts';
import { PendingRequest } from './pending-request.ts';

export interface PendingRequestsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Told of each request that nobody awaits any more. */
  readonly onSettled?: (request: PendingRequest) => void;
}

export class PendingRequests {
  readonly #options: PendingRequestsOptions;
  /** Oldest first, so in the order of their deadlines. */
  readonly #all = new Ring<PendingRequest>();
  /** Oldest first. */
  readonly #queued = new Ring<PendingRequest>();
  #bytes = 0;
  #onNone: (() => void)[] = [];
  #cancelWatch: (() => void) | undefined;

  constructor(options: PendingRequestsOptions) {
    this.#options = options;
  }

  /** Queued and proposed. */
  get count(): number {
    return this.#all.size;
  }

  /** Not proposed yet. */
  get queuedCount(): number {
    return this.#queued.size;
  }

  /** Queues a request for a batch. @throws KvError `KV_OVERLOADED` */
  add(request: Request, signal: AbortSignal | undefined): Promise<Reply> {
    return this.#queue(this.admit(request, signal));
  }

  /** The same for a request of the replica itself, on which others wait: it is never refused. */
  addOwn(request: Request): Promise<Reply> {
    return this.#queue(this.#take(request, undefined));
  }

  /** Lets a request wait, within bounds, that goes into no batch. @throws KvError `KV_OVERLOADED` */
  admit(request: Request, signal: AbortSignal | undefined): PendingRequest {
    const { pendingRequestCountMax, pendingBytesMax } = this.#options.limits;
    if (this.#all.size >= pendingRequestCountMax || this.#bytes >= pendingBytesMax) {
      throw new KvError('KV_OVERLOADED', `${this.#all.size} requests wait already; retry later.`);
    }
    return this.#take(request, signal);
  }

  /** Proposed in vain, for a reason that says so: it waits for another batch. */
  requeue(pending: PendingRequest): void {
    if (!pending.isSettled) pending.queuePlace = this.#queued.add(pending);
  }

  /**
   * Offers the oldest queued requests, as many as one batch takes, one by one to `take`. Those it takes
   * count as proposed from now on; the others stay queued.
   */
  takeBatch(take: (pending: PendingRequest) => boolean): void {
    const { batchRequestCountMax, batchBytesMax } = this.#options.limits;
    let count = 0;
    let bytes = 0;
    for (const [place, pending] of this.#queued) {
      if (count > 0 && bytes + pending.bytes > batchBytesMax) break;
      if (!take(pending)) continue;
      this.#queued.delete(place);
      pending.markProposed();
      count += 1;
      bytes += pending.bytes;
      if (count === batchRequestCountMax) break;
    }
  }

  /** Ends every wait for which no proposal was made. *Not done.* */
  refuseQueued(message: string): void {
    for (const [, pending] of this.#queued) pending.interrupt(message);
  }

  /** Ends every wait. */
  interruptAll(message: string, cause?: unknown): void {
    for (const [, pending] of this.#all) pending.interrupt(message, cause);
  }

  /** Resolves when nobody waits any more, or when that takes too long. */
  whenNone(graceMs: number): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const { clock } = this.#options;
      const cancel = clock.at(clock.now() + graceMs, resolve);
      this.#onNone.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #queue(pending: PendingRequest): Promise<Reply> {
    pending.queuePlace = this.#queued.add(pending);
    return pending.reply;
  }

  #take(request: Request, signal: AbortSignal | undefined): PendingRequest {
    const { clock, limits } = this.#options;
    const deadlineMs = clock.now() + limits.requestTimeoutMs;
    const pending = new PendingRequest(request, { deadlineMs, signal, onSettled: this.#onSettled });
    pending.place = this.#all.add(pending);
    this.#bytes += pending.bytes;
    this.#watch(deadlineMs);
    return pending;
  }

  readonly #onSettled = (pending: PendingRequest): void => {
    this.#all.delete(pending.place);
    this.#queued.delete(pending.queuePlace);
    this.#bytes -= pending.bytes;
    this.#options.onSettled?.(pending);
    if (this.#all.size > 0) return;
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
    for (const callback of this.#onNone.splice(0)) callback();
  };

  /** One timer serves all: their deadlines are in the order they came. */
  #watch(deadlineMs: number): void {
    this.#cancelWatch ??= this.#options.clock.at(deadlineMs, () => {
      this.#cancelWatch = undefined;
      this.#expire();
    });
  }

  #expire(): void {
    const { clock, limits } = this.#options;
    for (const [, pending] of this.#all) {
      if (pending.deadlineMs > clock.now()) {
        this.#watch(pending.deadlineMs);
        return;
      }
      pending.expire(limits.requestTimeoutMs);
    }
  }
}
