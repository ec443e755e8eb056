/** Locks: the client at the head of the line of a name holds it. */
import type { CallOptions } from '../options.ts';
import { HeadOfLine, headOfLine, type LockOptions, runAtHead } from './head-of-line.ts';
import type { LeaseParts } from './lease-calls.ts';

/**
 * A lock that is held. It is released by `release` or `await using`, and it is lost if its client cannot renew it for
 * as long as `ttlMs`.
 */
export class Lock extends HeadOfLine {
  /** Releases the lock. @throws KvError with the outcome. The lock is free then after `ttlMs`. */
  release(options?: CallOptions): Promise<void> {
    return this.leave(options);
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
  return new Lock(await headOfLine(parts, { name, value: new Uint8Array() }, options));
}

/** Runs `work` while the lock is held. */
export function runLocked<T>(lock: Lock, work: (lock: HeldLock) => Promise<T>): Promise<T> {
  return runAtHead(lock, 'the lock', work);
}
