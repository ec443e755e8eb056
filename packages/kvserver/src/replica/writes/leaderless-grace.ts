/**
 * The time between two leaders. Another soon leads, and finishes what was begun; whatever is proposed
 * meanwhile only competes with it. So proposals wait, but not for long: nobody needs a leader.
 */
import type { Clock, PeerId } from '@paxkv/paxos';

/** Well above the time in which the others notice the loss and follow the next. */
const waitMsMax = 100;
/** Well above what an election takes. */
const longMs = 1000;

export class LeaderlessGrace {
  readonly #clock: Clock;
  readonly #onOver: () => void;
  #cancelTimer: (() => void) | undefined;
  #begunMs = Infinity;

  /** `onOver`: it has lasted too long. Not called when somebody leads. */
  constructor(clock: Clock, onOver: () => void) {
    this.#clock = clock;
    this.#onOver = onOver;
  }

  /** Whether it is worth to wait. */
  get isOn(): boolean {
    return this.#cancelTimer !== undefined;
  }

  /** Whether most likely somebody leads whom this replica cannot hear. */
  get isLong(): boolean {
    return this.#clock.now() >= this.#begunMs + longMs;
  }

  /** This one leads from now on, or nobody who is known. */
  onLeader(leader: PeerId | undefined): void {
    this.stop();
    this.#begunMs = leader === undefined ? this.#clock.now() : Infinity;
    if (leader !== undefined) return;
    this.#cancelTimer = this.#clock.at(this.#begunMs + waitMsMax, () => {
      this.#cancelTimer = undefined;
      this.#onOver();
    });
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
