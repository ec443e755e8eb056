/**
 * One boot's view of its node's clock. When the node crashes it is stopped, and nothing that the
 * crashed program had arranged for later ever runs.
 */
import type { Clock } from '@paxkv/paxos';

/** The clock of one boot of a node. */
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

  /** After `stop` the callback never runs. */
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

  /** Calls off everything that waits, for good. */
  stop(): void {
    this.#isStopped = true;
    for (const callOff of this.#callOffs) callOff();
    this.#callOffs.clear();
  }
}
