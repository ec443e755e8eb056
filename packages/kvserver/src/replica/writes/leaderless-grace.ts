/**
 * The grace period after a leader is lost. The next leader finishes what the last one left open, and every
 * proposal made in between only competes with it. Proposals therefore wait, but not for long: progress
 * never depends on a leader.
 */
import type { Clock, PeerId } from '@paxkv/paxos';

/** Well above the time in which the others notice the loss and follow the next leader. */
const graceMsMax = 100;
/** Well above the time an election takes. */
const unreachableMs = 1000;

export class LeaderlessGrace {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #cancelTimer: (() => void) | undefined;
  /** When the leader was lost; absent while a leader is known, and before the first one was. */
  #startedMs: number | undefined;

  /** `onEnd` is called when the period ends without a new leader. */
  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  /** Whether proposals should wait for the next leader. */
  get isActive(): boolean {
    return this.#cancelTimer !== undefined;
  }

  /** Whether no leader has been known for so long that most likely one exists and cannot be heard here. */
  get isLeaderUnreachable(): boolean {
    return this.#startedMs !== undefined && this.#clock.now() >= this.#startedMs + unreachableMs;
  }

  /** The leader known here changed to `leader`; `undefined` if none is known. */
  onLeader(leader: PeerId | undefined): void {
    this.stop();
    this.#startedMs = leader === undefined ? this.#clock.now() : undefined;
    if (this.#startedMs === undefined) return;
    this.#cancelTimer = this.#clock.at(this.#startedMs + graceMsMax, () => {
      this.#cancelTimer = undefined;
      this.#onEnd();
    });
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }
}
