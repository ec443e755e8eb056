/**
 * A lease that renews itself. Its signal fires before any server can end the lease, as long as the clock of this
 * computer runs about as fast as those of the servers.
 */
import { KvError, type LeaseId } from '@paxkv/protocol';
import type { CallOptions } from '../options.ts';
import { type LeaseParts, leaseLost } from './lease-calls.ts';

/** A lease is renewed so often within its time, and a renewal may fail before it is lost. */
const renewalsInTime = 3;
/** The pause after a renewal that failed, as a part of the time to live. */
const retriesInTime = 20;
/** The part of its time for which the lease counts as alive: clocks run at slightly different rates. */
const countedPart = 0.95;

/**
 * Keys that are written with a lease are deleted when it ends: when it is revoked, or when its client is gone for as
 * long as `ttlMs`. Until then it is renewed in the background, which does not keep the process alive.
 *
 * @example
 * ```ts
 * await using lease = await client.lease({ ttlMs: 10_000 });
 * await client.put('workers/7', 'here', { lease });
 * ```
 */
export class Lease implements AsyncDisposable {
  readonly id: LeaseId;
  /** The time to live in milliseconds, which begins anew with each renewal. */
  readonly ttlMs: number;
  readonly #parts: LeaseParts;
  readonly #lost = new AbortController();
  /** By the clock of this client, the time until which the lease is certainly there. */
  #endMs: number;
  #cancelRenewal: () => void = () => {};
  #cancelEnd: () => void = () => {};

  /** `begunMs`: when the request that granted it was made. @internal */
  constructor(parts: LeaseParts, granted: { id: LeaseId; ttlMs: number; begunMs: number }) {
    this.id = granted.id;
    this.ttlMs = granted.ttlMs;
    this.#parts = parts;
    this.#endMs = granted.begunMs + this.#countedMs;
    this.#watch();
    this.#renewLater(this.ttlMs / renewalsInTime);
  }

  /**
   * Fires with `KV_LEASE_LOST` when the lease may be over: no later than `ttlMs` after the last renewal that succeeded
   * was sent, when a server says that there is no such lease, or when it is revoked. It fires late if this process is
   * stopped or busy.
   */
  get lost(): AbortSignal {
    // The timer may be late, and the time is over nevertheless.
    if (!this.#lost.signal.aborted && this.#parts.clock.now() >= this.#endMs) this.#lose();
    return this.#lost.signal;
  }

  /**
   * Ends the lease and deletes its keys. Has no effect if it has ended before.
   *
   * @throws KvError with the outcome. The lease then ends by itself.
   */
  async revoke(options?: CallOptions): Promise<void> {
    this.#lose();
    const command = { type: 'revokeLease', lease: this.id } as const;
    await this.#parts.calls.write(command, options).catch(unlessGone);
  }

  /** The same as `revoke`, for `await using`. It resolves if the call fails, since the lease ends by itself then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.revoke({ timeoutMs: this.ttlMs }).catch((error: unknown) => {
      if (!(error instanceof KvError)) throw error;
    });
  }

  get #countedMs(): number {
    return this.ttlMs * countedPart;
  }

  #watch(): void {
    this.#cancelEnd();
    this.#cancelEnd = this.#parts.clock.at(this.#endMs, () => this.#lose(), true);
  }

  #renewLater(delayMs: number): void {
    const { clock } = this.#parts;
    this.#cancelRenewal = clock.at(clock.now() + delayMs, () => void this.#renew(), true);
  }

  async #renew(): Promise<void> {
    const { calls, clock } = this.#parts;
    const begunMs = clock.now();
    const leftMs = this.#endMs - begunMs;
    if (this.lost.aborted || leftMs <= 0) return;
    try {
      const command = { type: 'renewLease', lease: this.id } as const;
      await calls.write(command, { timeoutMs: leftMs, signal: this.#lost.signal });
    } catch (error) {
      this.#onFailed(error);
      return;
    }
    if (this.lost.aborted) return;
    // Safety: the servers count from when they applied the renewal, which was after it was sent.
    this.#endMs = begunMs + this.#countedMs;
    this.#watch();
    this.#renewLater(Math.max(0, begunMs + this.ttlMs / renewalsInTime - clock.now()));
  }

  #onFailed(error: unknown): void {
    if (this.#lost.signal.aborted) return;
    const isOver = error instanceof KvError && endingCodes.includes(error.code);
    if (isOver) this.#lose(error);
    else this.#renewLater(this.ttlMs / retriesInTime);
  }

  #lose(cause?: unknown): void {
    this.#cancelRenewal();
    this.#cancelEnd();
    if (!this.#lost.signal.aborted) this.#lost.abort(leaseLost(`the lease ${this.id}`, cause));
  }
}

/** After these no renewal can succeed. */
const endingCodes: readonly string[] = ['KV_NO_SUCH_LEASE', 'KV_CLOSED', 'KV_WRONG_CLUSTER'];

function unlessGone(error: unknown): void {
  if (error instanceof KvError && error.code === 'KV_NO_SUCH_LEASE') return;
  throw error;
}
