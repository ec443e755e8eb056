/** Hold: what one HTTP exchange, or one reply on a stream, holds of the memory budget of its client. */
import type { ReplyRoom } from './client.ts';
import type { Account } from './fair-bound.ts';

/** What a reply takes besides its value: its head, and the objects around it. */
const overheadBytes = 512;

export class Hold {
  readonly #account: Account;
  #bytes = 0;

  constructor(account: Account) {
    this.#account = account;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes more, or nothing and returns false if that is over the share of the client. */
  take(bytes: number): boolean {
    if (!this.#account.take(bytes)) return false;
    this.#bytes += bytes;
    return true;
  }

  /** As `take`, for the reply to a get. `factor`: bytes of the reply for each byte of the value. */
  takeForValue(valueBytes: number, factor = 1): boolean {
    return this.take(factor * valueBytes + overheadBytes);
  }

  /** Room for the reply to a get; see `takeForValue`. */
  room(factor: number): ReplyRoom {
    return {
      reserve: (valueBytes) => this.takeForValue(valueBytes, factor),
      onRoom: (callback) => this.onRoom(callback),
    };
  }

  /** Calls back once, when something of the budget has been given back. */
  onRoom(callback: () => void): void {
    this.#account.onRoom(callback);
  }

  /** Holds exactly so many bytes from now on, over the share too. */
  set(bytes: number): void {
    const growth = bytes - this.#bytes;
    this.#bytes = bytes;
    if (growth > 0) this.#account.add(growth);
    else if (growth < 0) this.#account.giveBack(-growth);
  }

  release(): void {
    this.set(0);
  }
}
