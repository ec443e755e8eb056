/**
 * Locks: who waits for one has a key with a lease under its name, and the key that was created first holds it. So the
 * order of those that wait is that in which they came, and the revision of a key tells its holder from all earlier ones.
 * Source: the locks of etcd and of Chubby (Burrows, 2006).
 */
import { type CommandOf, isId128, KvError, type ReplyOf } from '@paxkv/protocol';
import type { CallOptions } from '../options.ts';
import type { ConditionInput } from '../transaction/transaction-input.ts';
import { grant } from './grant.ts';
import type { Lease } from './lease.ts';
import { type LeaseParts, leaseLost } from './lease-calls.ts';

/** Pauses between two looks at the key that is next in line, in milliseconds. They grow to the second one. */
const lookMsMin = 20;
const lookMsMax = 250;

/** While a lock is waited for, its lease limits the time. */
const patient = { timeoutMs: Number.POSITIVE_INFINITY } as const;

/** Options of a lock. */
export interface LockOptions {
  /** The time after which the lock of a client that is gone is free, in milliseconds from 1,000 to a day. */
  readonly ttlMs: number;
  /** Ends the wait for the lock with `KV_ABORTED`. */
  readonly signal?: AbortSignal;
}

/**
 * A lock that is held. It is released by `release` or `await using`, and it is lost if its client cannot renew it for
 * as long as `ttlMs`.
 */
export class Lock implements AsyncDisposable {
  /**
   * Higher than that of every earlier holder of the lock. What the lock guards can refuse a lower number than it has
   * seen.
   */
  readonly fence: number;
  /**
   * Holds as long as the lock is held: for a transaction that must not be done by a client that has lost the lock and
   * does not know it yet.
   */
  readonly held: ConditionInput<never>;
  readonly #lease: Lease;

  /** @internal */
  constructor(key: Uint8Array, fence: number, lease: Lease) {
    this.fence = fence;
    this.held = { key, of: 'createRevision', is: '=', to: fence };
    this.#lease = lease;
  }

  /** Fires with `KV_LEASE_LOST` when another client may hold the lock, and when it is released: see `Lease.lost`. */
  get signal(): AbortSignal {
    return this.#lease.lost;
  }

  /** Releases the lock. @throws KvError with the outcome. The lock is free then after `ttlMs`. */
  release(options?: CallOptions): Promise<void> {
    return this.#lease.revoke(options);
  }

  /** The same as `release`, for `await using`. It resolves if the call fails, since the lock will be free by itself. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#lease[Symbol.asyncDispose]();
  }
}

/** A lock that its caller releases. */
export type HeldLock = Pick<Lock, 'signal' | 'fence' | 'held'>;

/** Waits for the lock. `name`: what the keys of those that wait begin with. @throws KvError */
export async function acquire(
  parts: LeaseParts,
  name: Uint8Array,
  options: LockOptions,
): Promise<Lock> {
  const { ttlMs: _, ...limits } = options;
  const { signal } = limits;
  const lease = await grant(parts, options).catch((error: unknown) => {
    throw toAborted(error, signal);
  });
  try {
    const key = keyOf(name, lease.id);
    const put = { type: 'putLeased', key, value: new Uint8Array(), lease: lease.id } as const;
    const { revision } = await parts.calls.write(put, limits);
    const line = new Line(parts, { prefix: keyOf(name, ''), revision });
    await line.wait(AbortSignal.any([lease.lost, ...(signal === undefined ? [] : [signal])]));
    lease.lost.throwIfAborted();
    return new Lock(key, revision, lease);
  } catch (error) {
    const isLost = lease.lost.aborted;
    await lease[Symbol.asyncDispose]();
    throw isLost ? lease.lost.reason : toAborted(error, signal);
  }
}

/** Runs `work` while the lock is held. */
export async function runLocked<T>(lock: Lock, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  try {
    const result = await work(lock);
    if (lock.signal.aborted) throw leaseLost('the lock', lock.signal.reason);
    return result;
  } finally {
    await lock[Symbol.asyncDispose]();
  }
}

type Waiter = Pick<ReplyOf<'scan'>['entries'][number], 'key' | 'createRevision'>;

/** Those that wait for a lock, seen from one of them. */
class Line {
  readonly #parts: LeaseParts;
  readonly #prefix: Uint8Array;
  readonly #revision: number;

  constructor(parts: LeaseParts, { prefix, revision }: { prefix: Uint8Array; revision: number }) {
    this.#parts = parts;
    this.#prefix = prefix;
    this.#revision = revision;
  }

  /** Resolves when nobody is before. @throws KvError, also when the signal fires */
  async wait(signal: AbortSignal): Promise<void> {
    for (;;) {
      const before = await this.#before(signal);
      if (before === undefined) return;
      await this.#untilGone(before, signal);
    }
  }

  /** The key that comes directly before. Only its owner's end can let this one be next. */
  async #before(signal: AbortSignal): Promise<Uint8Array | undefined> {
    let latest: Waiter | undefined;
    let isHere = false;
    for await (const waiter of this.#all(signal)) {
      const { key, createRevision } = waiter;
      // Other keys may begin with the name of the lock, such as those of a lock below it.
      if (!this.#isPlace(key)) continue;
      isHere ||= createRevision === this.#revision;
      const isBefore = createRevision < this.#revision;
      if (isBefore && createRevision > (latest?.createRevision ?? 0)) latest = waiter;
    }
    if (!isHere) throw leaseLost('the place in the line for the lock');
    return latest?.key;
  }

  /** Whether it is the key of one that waits: it ends with a lease. */
  #isPlace(key: Uint8Array): boolean {
    return isId128(new TextDecoder().decode(key.subarray(this.#prefix.length)));
  }

  async *#all(signal: AbortSignal): AsyncGenerator<Waiter> {
    const options = { limit: 1000, reverse: false, keysOnly: true, asOf: 'now' } as const;
    const to = new Uint8Array();
    let from: Uint8Array | undefined = to;
    while (from !== undefined) {
      const range: CommandOf<'scan'> = { type: 'scan', prefix: this.#prefix, from, to, ...options };
      const page: ReplyOf<'scan'> = await this.#parts.calls.read(range, { signal, ...patient });
      yield* page.entries;
      from = page.next;
    }
  }

  async #untilGone(key: Uint8Array, signal: AbortSignal): Promise<void> {
    for (let pauseMs = lookMsMin; ; pauseMs = Math.min(lookMsMax, pauseMs * 2)) {
      await this.#pause(pauseMs * (0.5 + this.#parts.random.next() / 2), signal);
      const { entry } = await this.#parts.calls.read({ type: 'get', key }, { signal, ...patient });
      if (entry === undefined) return;
    }
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        cancel();
        reject(signal.reason);
      };
      const cancel = clock.at(clock.now() + ms, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

/** The key of one that waits for the lock: the name of the lock, a slash, and the lease. */
function keyOf(name: Uint8Array, lease: string): Uint8Array {
  const rest = new TextEncoder().encode(`/${lease}`);
  const key = new Uint8Array(name.length + rest.length);
  key.set(name);
  key.set(rest, name.length);
  return key;
}

/** The caller ended the wait, and the lock is not held. */
function toAborted(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted !== true) return error;
  const details = { cause: signal.reason, outcome: 'not done' } as const;
  return new KvError('KV_ABORTED', 'the signal ended the wait for the lock', details);
}
