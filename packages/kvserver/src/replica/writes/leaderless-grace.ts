/**
 * The grace period after a leader is lost. The next leader finishes the instances that the last one left open, and
 * every proposal made in between would only compete with it. Proposals therefore wait, but not for long: progress
 * never depends on a leader.
 */
import type { Clock, PeerId } from '@paxkv/paxos';

/** Length of the period: well above the time in which the others notice the loss and follow the next leader. */
const graceMsMax = 100;
/** Without a leader for this long, the leader counts as unreachable: well above the time of an election. */
const unreachableMs = 1000;

export class LeaderlessGrace {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #cancelTimer: (() => void) | undefined;
  /** When the leader was lost. Absent while a leader is known, and before the first leader was. */
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

  /** Whether no leader has been known for so long that most likely one exists but does not reach this replica. */
  get isLeaderUnreachable(): boolean {
    return this.#startedMs !== undefined && this.#clock.now() >= this.#startedMs + unreachableMs;
  }

  /** The known leader changed to `leader`. `undefined`: no leader is known. */
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
