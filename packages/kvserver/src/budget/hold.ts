/** Hold: what one HTTP exchange, or one reply on a stream, holds of the memory budget of its client. */
import type { ReplyRoom } from './client.ts';
import type { Account } from './shared-bound.ts';

/** What a reply takes besides its value: its head, and the objects around it. */
export const replyOverheadBytes = 512;

export class Hold implements ReplyRoom {
  readonly #account: Account;
  /** Bytes of the reply for each byte of the value. */
  readonly #factor: number;
  #bytes = 0;

  /** `factor`: bytes of the reply for each byte of the value. */
  constructor(account: Account, factor = 1) {
    this.#account = account;
    this.#factor = factor;
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

  reserve(valueBytes: number): boolean {
    return this.take(this.#factor * valueBytes + replyOverheadBytes);
  }

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
