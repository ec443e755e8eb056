/**
 * Failure detector: decides whether a leader is alive, and runs the election timer that starts a pre-vote.
 * It guards two rules: no peer tries to lead while it receives messages of a leader, and peers that lost
 * the same leader do not keep trying at the same time.
 */
import type { Random } from '../../environment.ts';
import { type Ballot, isSameBallot } from '../ballot.ts';

/** A leader that was silent for this long counts as failed. */
export const silenceMs = 500;
/** The longest random wait after {@link silenceMs}. It keeps peers from starting at the same time. */
const jitterMs = 500;
/** The latest time of the first pre-vote after a peer starts. */
const startMsMax = 50;
/** After a hint that the leader is gone, the other peers try one after the other, this far apart. */
const staggerMs = 10;
/** How long a peer waits at most once its turn has come. */
const firstTryMsMax = 5;
/** A message of the leader that arrives this soon after the hint counts as sent before it. */
const outdatedMs = 50;
/** The shortest wait before another try. The wait doubles with each try. */
const retryMsMin = 50;
/** The shortest time that a peer waits for a candidate to which it granted a pre-vote. */
const backOffMsMin = 100;

export class FailureDetector {
  readonly #random: Random;
  #leader: { readonly ballot: Ballot; readonly heardAt: number } | undefined;
  /** The leader known until a hint that it is gone. */
  #lost: { readonly ballot: Ballot; readonly until: number } | undefined;
  #tryCount = 0;
  #hasBackedOff = false;
  #wakeAt: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The highest ballot at which another peer leads, until it counts as failed. */
  get leader(): Ballot | undefined {
    return this.#leader?.ballot;
  }

  /** When this peer should start a pre-vote; absent before {@link start}. */
  get wakeAt(): number | undefined {
    return this.#wakeAt;
  }

  /** Starts the election timer, unless it is running. */
  start(now: number): void {
    if (this.#wakeAt === undefined) this.wakeWithin(startMsMax, now);
  }

  /** Starts a pre-vote at a random time, at most `delayMs` from now. */
  wakeWithin(delayMs: number, now: number): void {
    this.#wakeAt = now + delayMs * this.#random.next();
  }

  /** Whether a message of the leader at `ballot` was most likely sent before a hint that it is gone. */
  isOutdated(ballot: Ballot, now: number): boolean {
    const lost = this.#lost;
    return lost !== undefined && now < lost.until && isSameBallot(lost.ballot, ballot);
  }

  onLeaderHeard(ballot: Ballot, now: number): void {
    this.#leader = { ballot, heardAt: now };
    this.#tryCount = 0;
    this.restartTimer(now);
  }

  /** A hint that the leader is gone. `peersBefore` others come before this peer in the order of tries. */
  onLeaderLost(now: number, peersBefore: number): void {
    if (!this.#leader) return;
    this.#lost = { ballot: this.#leader.ballot, until: now + outdatedMs };
    this.clearLeader();
    this.wakeWithin(firstTryMsMax, now + peersBefore * staggerMs);
  }

  /** No other peer is known to lead. */
  clearLeader(): void {
    this.#leader = undefined;
    this.#hasBackedOff = false;
  }

  isSilent(now: number): boolean {
    return this.#leader === undefined || now - this.#leader.heardAt >= silenceMs;
  }

  /** Waits for as long as a leader may be silent. */
  restartTimer(now: number): void {
    this.#hasBackedOff = false;
    this.#wakeAt = now + silenceMs + jitterMs * this.#random.next();
  }

  /**
   * Gives another peer time to win, but only once before this peer tries itself: if only this peer can
   * reach a quorum, none of the others can win.
   */
  backOff(now: number): void {
    if (this.#hasBackedOff) return;
    this.#hasBackedOff = true;
    const until = now + backOffMsMin * (1 + this.#random.next());
    this.#wakeAt = Math.max(this.#wakeAt ?? until, until);
  }

  /** This peer starts a pre-vote now. The first retries follow soon, since others may lose the leader later. */
  startPreVote(now: number): void {
    this.clearLeader();
    const delayMs = retryMsMin * 2 ** this.#tryCount;
    this.#tryCount += 1;
    if (delayMs >= silenceMs) this.restartTimer(now);
    else this.#wakeAt = now + delayMs * (1 + this.#random.next());
  }

  snapshot() {
    const [leader, lost, wakeAt] = [this.#leader, this.#lost, this.#wakeAt];
    return { leader, lost, wakeAt, tryCount: this.#tryCount, hasBackedOff: this.#hasBackedOff };
  }

  resume(snapshot: ReturnType<FailureDetector['snapshot']>): void {
    this.#leader = snapshot.leader;
    this.#lost = snapshot.lost;
    this.#wakeAt = snapshot.wakeAt;
    this.#tryCount = snapshot.tryCount;
    this.#hasBackedOff = snapshot.hasBackedOff;
  }
}
