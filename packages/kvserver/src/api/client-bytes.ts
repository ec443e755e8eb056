/**
 * The bytes that clients make this server hold, over all connections: bodies that are being received, and values that
 * were sent and not received yet. One slow client takes little; many together must not take all memory.
 */
import type { Limits } from '../config/limits.ts';
import { limitsDefault } from '../config/limits.ts';

/** Bytes up to a bound. */
export class ByteBudget {
  readonly #bytesMax: number;
  #used = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes `bytes`, or nothing and returns false if they do not fit. Something fits into an empty budget. */
  take(bytes: number): boolean {
    if (this.#used > 0 && this.#used + bytes > this.#bytesMax) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

export class ClientBytes {
  /** Bodies of HTTP requests whose end has not arrived. */
  readonly receiving: ByteBudget;
  /** Values in replies that clients have not received yet. */
  readonly unsent: ByteBudget;

  constructor(limits: Pick<Limits, 'receivingBytesMax' | 'unsentBytesMax'> = limitsDefault) {
    this.receiving = new ByteBudget(limits.receivingBytesMax);
    this.unsent = new ByteBudget(limits.unsentBytesMax);
  }
}
