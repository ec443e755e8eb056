/**
 * The clock of one boot of a node. A crash stops it: no callback of the crashed program runs any more.
 */
import type { Clock } from '@paxkv/paxos';

/** The node's clock during one boot. */
export class BootClock implements Clock {
  readonly #clock: Clock;
  readonly #callOffs = new Set<() => void>();
  #isStopped = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** The callback never runs after `stop`. */
  at(time: number, callback: () => void): () => void {
    if (this.#isStopped) return () => {};
    const leave = () => {
      this.#callOffs.delete(callOff);
    };
    const callOff = this.#clock.at(time, () => {
      leave();
      callback();
    });
    this.#callOffs.add(callOff);
    return () => {
      leave();
      callOff();
    };
  }

  /** Cancels every callback, for good. */
  stop(): void {
    this.#isStopped = true;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
  }
}
