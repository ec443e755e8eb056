/**
 * The session of the replica itself, for writes that come without a stamp: so every write in the log
 * has one, and a batch that is decided twice takes effect once.
 * Rule: a number is used for one write only.
 */
import type { Stamp } from '@paxkv/protocol';
import { sessionWindowMax } from '@paxkv/protocol';
import type { PendingRequest } from '../requests/pending-request.ts';

export class OwnSession {
  #id: number | undefined;
  #isWanted = false;
  #next = 1;
  /** What each write of this session that is still awaited goes by, lowest first. */
  readonly #numbers = new Map<PendingRequest, number>();

  /** Whether a write waits for the log to give the replica a session. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** The log gave the replica this session. */
  open(id: number): void {
    this.#id = id;
    this.#isWanted = false;
    this.#next = 1;
    this.#numbers.clear();
  }

  /** A stamp for a write that has none, if the session is open and has room. */
  stamp(write: PendingRequest): Stamp | undefined {
    if (this.#id === undefined) {
      this.#isWanted = true;
      return undefined;
    }
    const number = this.#next;
    const [lowestAwaited = number] = this.#numbers.values();
    if (number >= lowestAwaited + sessionWindowMax) return undefined;
    this.#next += 1;
    this.#numbers.set(write, number);
    return { session: this.#id, number, lowestAwaited };
  }

  /** The session this write was stamped for is known no more: none of its numbers will ever be done. */
  expire(write: PendingRequest): void {
    if (this.#numbers.has(write)) this.#id = undefined;
  }

  /** Nobody awaits it any more. A copy that is decided later is then below the lowest awaited. */
  end(write: PendingRequest): void {
    this.#numbers.delete(write);
  }
}
