/** The head of a line: a client waits until its place is there, and keeps it as long as its lease. */
import { KvError } from '@paxkv/protocol';
import type { CallOptions } from '../options.ts';
import type { ConditionInput } from '../transaction/transaction-input.ts';
import { grant } from './grant.ts';
import type { Lease } from './lease.ts';
import { type LeaseParts, leaseLost } from './lease-calls.ts';
import { Line, placeKey, prefixOf } from './line.ts';

/** Options of a lock. */
export interface LockOptions {
  /** The time after which the lock of a client that is gone is free, in milliseconds from 1,000 to a day. */
  readonly ttlMs: number;
  /** Ends the wait for the lock with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
}

/** The place at the head of a line. */
export interface HeadPlace {
  readonly key: Uint8Array;
  /** The revision at which it was created. */
  readonly fence: number;
  readonly lease: Lease;
}

/** What a client has while it is at the head of a line: a lock is held, or an election is won. */
export abstract class HeadOfLine implements AsyncDisposable {
  /** Higher than that of every earlier holder. What is guarded can refuse a lower number than it has seen. */
  readonly fence: number;
  /**
   * Holds as long as the client is at the head of the line: for a transaction that must not be done by a client that is
   * not there any more and does not know it yet.
   */
  readonly held: ConditionInput<never>;
  readonly #lease: Lease;

  /** @internal */
  constructor({ key, fence, lease }: HeadPlace) {
    this.fence = fence;
    this.held = { key, of: 'createRevision', is: '=', to: fence };
    this.#lease = lease;
  }

  /** Fires with `KV_LEASE_LOST` when another client may be next, and at the release: see `Lease.lost`. */
  get signal(): AbortSignal {
    return this.#lease.lost;
  }

  /** Leaves the line. @throws KvError with the outcome. The next one follows after `ttlMs` then. */
  protected leave(options?: CallOptions): Promise<void> {
    return this.#lease.revoke(options);
  }

  /** Leaves the line, for `await using`. It resolves if the call fails, since the place ends by itself. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#lease[Symbol.asyncDispose]();
  }
}

/** Waits for the head of the line of this name, with a place that has this value. @throws KvError */
export async function headOfLine(
  parts: LeaseParts,
  { name, value }: { readonly name: Uint8Array; readonly value: Uint8Array },
  options: LockOptions,
): Promise<HeadPlace> {
  const { ttlMs: _, ...limits } = options;
  const { signal } = limits;
  const lease = await grant(parts, options).catch((error: unknown) => {
    throw toAborted(error, signal);
  });
  try {
    const prefix = prefixOf(name);
    const key = placeKey(prefix, lease.id);
    const put = { type: 'putLeased', key, value, lease: lease.id } as const;
    const { revision } = await parts.calls.write(put, limits);
    const line = new Line(parts, { prefix, revision });
    await line.wait(AbortSignal.any([lease.lost, ...(signal === undefined ? [] : [signal])]));
    lease.lost.throwIfAborted();
    return { key, fence: revision, lease };
  } catch (error) {
    const isLost = lease.lost.aborted;
    await lease[Symbol.asyncDispose]();
    throw isLost ? lease.lost.reason : toAborted(error, signal);
  }
}

/** Runs `work` while its client is at the head of the line, and leaves that then. */
export async function runAtHead<H extends HeadOfLine, T>(
  head: H,
  what: string,
  work: (head: H) => Promise<T>,
): Promise<T> {
  try {
    const result = await work(head);
    if (head.signal.aborted) throw leaseLost(what, head.signal.reason);
    return result;
  } finally {
    await head[Symbol.asyncDispose]();
  }
}

/** The caller ended the wait, and has no place in the line. */
function toAborted(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true) return error;
  const details = { cause: signal.reason, outcome: 'not done' } as const;
  return new KvError('KV_ABORTED', 'the signal ended the wait in the line', details);
}
