/**
 * The session of the replica itself, for writes that clients send without a stamp. Every write in the log
 * then has a stamp, and a batch that is decided twice takes effect once.
 * Rule: a request number is used for one write only. No client learns the id of the session.
 */
import { type SessionId, type Stamp, sessionWindowMax } from '@paxkv/protocol';
import type { PendingRequest } from '../requests/pending-request.ts';

export class OwnSession {
  readonly #windowMax: number;
  #id: SessionId | undefined;
  #isWanted = false;
  #next = 1;
  /** The number of each outstanding write of this session, lowest first. */
  readonly #numbers = new Map<PendingRequest, number>();

  /** `windowMax`: how far above the first outstanding number a number may be, from 1 to the default. */
  constructor(windowMax = sessionWindowMax) {
    this.#windowMax = windowMax;
  }

  /** Whether a write waits until the log has opened a session for the replica. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** The log has opened session `id` for the replica. */
  open(id: SessionId): void {
    this.#id = id;
    this.#isWanted = false;
    this.#next = 1;
    this.#numbers.clear();
  }

  /** A stamp for a write that has none; `undefined` if no session is open or its window is full. */
  stamp(write: PendingRequest): Stamp | undefined {
    if (this.#id === undefined) {
      this.#isWanted = true;
      return undefined;
    }
    const number = this.#next;
    const [firstOutstanding = number] = this.#numbers.values();
    if (number >= firstOutstanding + this.#windowMax) return undefined;
    this.#next += 1;
    this.#numbers.set(write, number);
    return { session: this.#id, number, firstOutstanding };
  }

  /** The session that stamped this write has expired: none of its numbers will ever take effect. */
  expire(write: PendingRequest): void {
    if (this.#numbers.has(write)) this.#id = undefined;
  }

  /** The write is settled. A copy that is decided later is below the first outstanding number. */
  onSettled(write: PendingRequest): void {
    this.#numbers.delete(write);
  }
}
