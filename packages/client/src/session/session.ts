/**
 * The numbers of one session. Each request gets the next one and never another's; the lowest number
 * still awaited lets the server forget the replies below it.
 */
import { type SessionStamp, sessionWindowMax } from '../protocol.ts';

export class Session {
  readonly id: number;
  #next = 1;
  /** In ascending order, since numbers are added in that order. */
  readonly #awaited = new Set<number>();

  /** `id` as a server gave it. */
  constructor(id: number) {
    this.id = id;
  }

  /** Whether another request may begin: the server refuses numbers too far above the lowest awaited. */
  get hasRoom(): boolean {
    return this.#next - this.#lowestAwaited < sessionWindowMax;
  }

  /** Takes a number for a new request. Only while there is room. */
  begin(): number {
    const number = this.#next;
    this.#next += 1;
    this.#awaited.add(number);
    return number;
  }

  /**
   * The reply to `number` has come or is no longer awaited. The number is not used again: a copy that
   * the network delivers later is then below the lowest awaited, and the server refuses it.
   */
  end(number: number): void {
    this.#awaited.delete(number);
  }

  /** Goes with each attempt of a request that has begun and not ended. */
  stamp(number: number): SessionStamp {
    return { id: this.id, number, lowestAwaited: this.#lowestAwaited };
  }

  get #lowestAwaited(): number {
    const [lowest = this.#next] = this.#awaited;
    return lowest;
  }
}
