/**
 * Truncation: tracks how far each peer's host is done, and derives what may be forgotten.
 * It guards the rule that only what *every* peer is done with is forgotten.
 */
import type { PeerId } from '../ballot.ts';

export class Truncation {
  readonly #me: PeerId;
  readonly #done: number[];
  #min = 0;

  constructor(me: PeerId, peerCount: number) {
    this.#me = me;
    this.#done = new Array<number>(peerCount).fill(-1);
  }

  /** The highest seq this peer's own host is done with, or −1. */
  get done(): number {
    return this.#done[this.#me] ?? -1;
  }

  /** The highest seq that each peer's host is done with, as far as is known here; −1 if none is known. */
  get doneByPeer(): readonly number[] {
    return [...this.#done];
  }

  /** One above what every peer is done with, as far as is known here. Never sinks. */
  get min(): number {
    return this.#min;
  }

  /** This peer's host is done with `seq` and all before it. A lower seq than before changes nothing. */
  setOwnDone(seq: number): void {
    this.#raise(this.#me, seq);
  }

  /**
   * Takes the `done` and `min` of an envelope. This peer may adopt the sender's `min`: once every peer is
   * done below it, that stays true, even if some of them have not told this peer yet.
   */
  observe(from: PeerId, done: number, min: number): void {
    this.#raise(from, done);
    this.#min = Math.max(this.#min, min);
  }

  /** Restores `min` after a restart: nothing is remembered below it, whatever `done` the hosts report now. */
  restore(min: number): void {
    this.#min = Math.max(this.#min, min);
  }

  #raise(peer: PeerId, done: number): void {
    if (done <= (this.#done[peer] ?? -1)) return;
    this.#done[peer] = done;
    this.#min = Math.max(this.#min, 1 + Math.min(...this.#done));
  }
}
