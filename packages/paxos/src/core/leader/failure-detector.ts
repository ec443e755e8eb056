/**
 * Vigil: whether anybody leads, and when to canvass for oneself. Guards the rule that nobody tries while
 * a leader is heard, and that no two who lost the same leader go on trying at the same time.
 */
import type { Random } from '../../environment.ts';
import { type Ballot, isSameBallot } from '../ballot.ts';

/** A leader that was silent for so long may be gone. */
export const silenceMs = 500;
/** How much longer than {@link silenceMs} this peer waits, at most: no two should begin together. */
const jitterMs = 500;
/** After a sign that the leader is gone the next peer by number comes first, and each further one so much later. */
const staggerMs = 10;
/** Within its turn a peer waits so long at most. */
const firstTryMsMax = 5;
/** What is heard of the leader so soon after that sign was said before it. */
const outdatedMs = 50;
/** Before this peer tries again, at least; twice as long after each further try. */
const retryMsMin = 50;
/** What this peer leaves to another that it would follow, at least. */
const backOffMsMin = 100;

export class FailureDetector {
  readonly #random: Random;
  #leader: { readonly ballot: Ballot; readonly heardAt: number } | undefined;
  /** The leader that was there until a sign that it is gone. */
  #lost: { readonly ballot: Ballot; readonly until: number } | undefined;
  #tryCount = 0;
  #hasYielded = false;
  #wakeAt: number | undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The highest ballot at which somebody else was heard to lead, unless that may be over. */
  get leader(): Ballot | undefined {
    return this.#leader?.ballot;
  }

  /** When this peer should canvass; absent as long as nothing was said or heard. */
  get wakeAt(): number | undefined {
    return this.#wakeAt;
  }

  /** Canvasses at some time from now on, `delayMs` later at most. */
  wakeWithin(delayMs: number, now: number): void {
    this.#wakeAt = now + delayMs * this.#random.next();
  }

  /** Whether what the leader at `ballot` says was most likely said before a sign that it is gone. */
  isOutdated(ballot: Ballot, now: number): boolean {
    const lost = this.#lost;
    return lost !== undefined && now < lost.until && isSameBallot(lost.ballot, ballot);
  }

  /** The leader at `ballot` spoke. */
  onLeaderHeard(ballot: Ballot, now: number): void {
    this.#leader = { ballot, heardAt: now };
    this.#tryCount = 0;
    this.restartTimer(now);
  }

  /** A sign that the leader is gone. This peer is to try after `others`, which follow the leader by number. */
  onLeaderLost(now: number, others: number): void {
    if (!this.#leader) return;
    this.#lost = { ballot: this.#leader.ballot, until: now + outdatedMs };
    this.#tryCount = 0;
    this.clearLeader();
    this.wakeWithin(firstTryMsMax, now + others * staggerMs);
  }

  /** Nobody else is known to lead. */
  clearLeader(): void {
    this.#leader = undefined;
    this.#hasYielded = false;
  }

  isSilent(now: number): boolean {
    return this.#leader === undefined || now - this.#leader.heardAt >= silenceMs;
  }

  /** Waits for as long as a leader may be silent. */
  restartTimer(now: number): void {
    this.#hasYielded = false;
    this.#wakeAt = now + silenceMs + jitterMs * this.#random.next();
  }

  /**
   * Leaves another the time to win. Once only, until this peer has tried itself: where it alone reaches
   * a quorum, all the others try in vain.
   */
  backOff(now: number): void {
    if (this.#hasYielded) return;
    this.#hasYielded = true;
    const until = now + backOffMsMin * (1 + this.#random.next());
    this.#wakeAt = Math.max(this.#wakeAt ?? until, until);
  }

  /** This peer canvasses now. It will do so again soon at first, since others may lose the leader later. */
  startPreVote(now: number): void {
    this.clearLeader();
    const delayMs = retryMsMin * 2 ** this.#tryCount;
    this.#tryCount += 1;
    if (delayMs >= silenceMs) this.restartTimer(now);
    else this.#wakeAt = now + delayMs * (1 + this.#random.next());
  }
}
