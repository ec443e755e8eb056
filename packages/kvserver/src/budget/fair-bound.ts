/**
 * FairBound: one bound that many clients share. A client may hold as much as is still free, and all connections of
 * a principal together three times as much. So a client alone gets half, two get a third each, and one that comes
 * later always finds room (Choudhury and Hahne, "Dynamic Queue Length Thresholds for Shared-Memory Packet Switches",
 * IEEE/ACM Transactions on Networking 6 (2), 1998).
 */
import type { Client } from './client.ts';

/** How many times the free part all connections of a principal may hold. */
const principalFactor = 3;
/** A connection that holds no more than this part of the bound is not counted against its principal, */
const smallPart = 1 / 256;
/** and no more than this part of what is free: many such connections together never take everything. */
const smallFreePart = 1 / 8;

/** What all connections of one principal hold. */
interface Pool {
  used: number;
  accountCount: number;
}

export class FairBound {
  readonly max: number;
  #used = 0;
  readonly #pools = new Map<string, Pool>();
  #onRoom = new Set<() => void>();

  /** `max`: in units of the caller, such as bytes or requests. */
  constructor(max: number) {
    this.max = max;
  }

  get used(): number {
    return this.#used;
  }

  get free(): number {
    return Math.max(0, this.max - this.#used);
  }

  /** Whether someone waits for room. */
  get isAwaited(): boolean {
    return this.#onRoom.size > 0;
  }

  /** The account of a client, to be closed when it holds nothing any more. */
  open({ principal }: Client): Account {
    let pool = this.#pools.get(principal);
    if (pool === undefined) {
      pool = { used: 0, accountCount: 0 };
      this.#pools.set(principal, pool);
    }
    pool.accountCount += 1;
    return new Account(this, pool, () => this.#forget(principal));
  }

  /** Takes `amount`, or nothing and returns false if `max` would be exceeded. Something fits if nothing is taken. */
  take(amount: number): boolean {
    if (this.#used > 0 && this.#used + amount > this.max) return false;
    this.#used += amount;
    return true;
  }

  /** Counts what cannot be refused any more, beyond `max` too. */
  add(amount: number): void {
    this.#used += amount;
  }

  giveBack(amount: number): void {
    this.#used -= amount;
    if (amount <= 0 || this.#onRoom.size === 0) return;
    const callbacks = this.#onRoom;
    this.#onRoom = new Set();
    for (const callback of callbacks) callback();
  }

  /** Calls back once, when something has been given back, however often this is called until then. */
  onRoom(callback: () => void): void {
    this.#onRoom.add(callback);
  }

  #forget(principal: string): void {
    const pool = this.#pools.get(principal);
    if (pool === undefined) return;
    pool.accountCount -= 1;
    if (pool.accountCount === 0) this.#pools.delete(principal);
  }
}

/** What one client holds of a bound. */
export class Account {
  readonly #bound: FairBound;
  readonly #pool: Pool;
  readonly #onClosed: () => void;
  #used = 0;
  #isClosed = false;

  /** Made by `FairBound.open` only. */
  constructor(bound: FairBound, pool: Pool, onClosed: () => void) {
    this.#bound = bound;
    this.#pool = pool;
    this.#onClosed = onClosed;
  }

  get used(): number {
    return this.#used;
  }

  /** Whether the client holds more than its share, which shrinks while others take theirs. */
  get isOver(): boolean {
    return this.#used > 0 && !this.#isWithinShare(0);
  }

  /** Takes `amount`, or nothing and returns false if that is over the share of the client. */
  take(amount: number): boolean {
    if (this.#isClosed) return false;
    if (this.#bound.used > 0 && !this.#isWithinShare(amount)) return false;
    this.add(amount);
    return true;
  }

  /** Counts what cannot be refused any more. */
  add(amount: number): void {
    if (this.#isClosed) return;
    this.#used += amount;
    this.#pool.used += amount;
    this.#bound.add(amount);
  }

  giveBack(amount: number): void {
    if (this.#isClosed) return;
    this.#used -= amount;
    this.#pool.used -= amount;
    this.#bound.giveBack(amount);
  }

  onRoom(callback: () => void): void {
    this.#bound.onRoom(callback);
  }

  /** Gives everything back. Calls after this do nothing. */
  close(): void {
    if (this.#isClosed) return;
    this.giveBack(this.#used);
    this.#isClosed = true;
    this.#onClosed();
  }

  #isWithinShare(amount: number): boolean {
    const { max, used } = this.#bound;
    const free = max - used - amount;
    const own = this.#used + amount;
    if (free < 0) return false;
    if (own <= Math.min(max * smallPart, free * smallFreePart)) return true;
    return own <= free && this.#pool.used + amount <= principalFactor * free;
  }
}
