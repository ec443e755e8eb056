/**
 * The time between two leaders. Another soon leads, and finishes what was begun; whatever is proposed
 * meanwhile only competes with it. So proposals wait, but not for long: nobody needs a leader.
 */
import type { Clock, PeerId } from '@paxkv/paxos';

/** Well above the time in which the others notice the loss and follow the next. */
const waitMsMax = 100;

export class Interregnum {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #cancelTimer: (() => void) | undefined;

  /** `onOver`: it has lasted too long. Not called when somebody leads. */
  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** Whether it is worth to wait. */
  get isOn(): boolean {
    return this.#cancelTimer !== undefined;
  }

  /** This one leads from now on, or nobody who is known. */
  onLeader(leader: PeerId | undefined): void {
    this.stop();
    if (leader !== undefined) return;
    this.#cancelTimer = this.#clock.at(this.#clock.now() + waitMsMax, () => {
      this.#cancelTimer = undefined;
      this.#onOver();
    });
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
