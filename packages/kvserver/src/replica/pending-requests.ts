/**
 * All requests that were accepted and not answered yet; some are queued, the others proposed. Bounded
 * in number and bytes: what does not fit is refused, not kept waiting at the door.
 */
import { KvError } from '@paxkv/client/errors';
import type { Clock } from '@paxkv/paxos';
import type { Limits } from '../config.ts';
import type { Reply, Request } from '../state-machine/command.ts';
import { PendingRequest } from './pending-request.ts';

export class PendingRequests {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #all = new Set<PendingRequest>();
  /** Oldest first. */
  readonly #queued = new Set<PendingRequest>();
  #bytes = 0;
  #onNone: (() => void)[] = [];

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** Queued and proposed. */
  get count(): number {
    return this.#all.size;
  }

  /** Queues a request for a batch. @throws KvError `KV_OVERLOADED` */
  add(request: Request, signal: AbortSignal | undefined): Promise<Reply> {
    const pending = this.admit(request, signal);
    this.#queued.add(pending);
    return pending.reply;
  }

  /** Lets a request wait, within bounds, that goes into no batch. @throws KvError `KV_OVERLOADED` */
  admit(request: Request, signal: AbortSignal | undefined): PendingRequest {
    const { pendingRequestCountMax, pendingBytesMax, requestTimeoutMs } = this.#limits;
    if (this.#all.size >= pendingRequestCountMax || this.#bytes >= pendingBytesMax) {
      throw new KvError('KV_OVERLOADED', `${this.#all.size} requests wait already; retry later.`);
    }
    const pending = new PendingRequest(request, {
      clock: this.#clock,
      timeoutMs: requestTimeoutMs,
      signal,
      onSettled: (settled) => this.#remove(settled),
    });
    this.#all.add(pending);
    this.#bytes += pending.bytes;
    return pending;
  }

  /** The oldest queued requests, as many as one batch takes; they count as proposed from now on. */
  takeBatch(): PendingRequest[] {
    const { batchRequestCountMax, batchBytesMax } = this.#limits;
    const batch: PendingRequest[] = [];
    let bytes = 0;
    for (const pending of this.#queued) {
      bytes += pending.bytes;
      if (batch.length > 0 && bytes > batchBytesMax) break;
      batch.push(pending);
      if (batch.length === batchRequestCountMax) break;
    }
    for (const pending of batch) {
      this.#queued.delete(pending);
      pending.markProposed();
    }
    return batch;
  }

  /** Ends every wait for which no proposal was made. *Not done.* */
  refuseQueued(message: string): void {
    for (const pending of [...this.#queued]) pending.interrupt(message);
  }

  /** Ends every wait. */
  interruptAll(message: string, cause?: unknown): void {
    for (const pending of [...this.#all]) pending.interrupt(message, cause);
  }

  /** Resolves when nobody waits any more, or when that takes too long. */
  whenNone(graceMs: number): Promise<void> {
    if (this.#all.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.at(this.#clock.now() + graceMs, resolve);
      this.#onNone.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #remove(pending: PendingRequest): void {
    this.#all.delete(pending);
    this.#queued.delete(pending);
    this.#bytes -= pending.bytes;
    if (this.#all.size > 0) return;
    for (const callback of this.#onNone.splice(0)) callback();
  }
}
