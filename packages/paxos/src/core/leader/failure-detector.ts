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
const turnMs = 10;
/** Within its turn a peer waits so long at most. */
const hurryMs = 5;
/** What is heard of the leader so soon after that sign was said before it. */
const doubtMs = 50;
/** Before this peer tries again, at least; twice as long after each further try. */
const retryMsMin = 50;
/** What this peer leaves to another that it would follow, at least. */
const yieldMsMin = 100;

export class Vigil {
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
  doubts(ballot: Ballot, now: number): boolean {
    const lost = this.#lost;
    return lost !== undefined && now < lost.until && isSameBallot(lost.ballot, ballot);
  }

  /** The leader at `ballot` spoke. */
  heard(ballot: Ballot, now: number): void {
    this.#leader = { ballot, heardAt: now };
    this.#tryCount = 0;
    this.watch(now);
  }

  /** A sign that the leader is gone. This peer is to try after `others`, which follow the leader by number. */
  lose(now: number, others: number): void {
    if (!this.#leader) return;
    this.#lost = { ballot: this.#leader.ballot, until: now + doubtMs };
    this.#tryCount = 0;
    this.forsake();
    this.wakeWithin(hurryMs, now + others * turnMs);
  }

  /** Nobody else is known to lead. */
  forsake(): void {
    this.#leader = undefined;
    this.#hasYielded = false;
  }

  isSilent(now: number): boolean {
    return this.#leader === undefined || now - this.#leader.heardAt >= silenceMs;
  }

  /** Waits for as long as a leader may be silent. */
  watch(now: number): void {
    this.#hasYielded = false;
    this.#wakeAt = now + silenceMs + jitterMs * this.#random.next();
  }

  /**
   * Leaves another the time to win. Once only, until this peer has tried itself: where it alone reaches
   * a quorum, all the others try in vain.
   */
  yield(now: number): void {
    if (this.#hasYielded) return;
    this.#hasYielded = true;
    const until = now + yieldMsMin * (1 + this.#random.next());
    this.#wakeAt = Math.max(this.#wakeAt ?? until, until);
  }

  /** This peer canvasses now. It will do so again soon at first, since others may lose the leader later. */
  begin(now: number): void {
    this.forsake();
    const delayMs = retryMsMin * 2 ** this.#tryCount;
    this.#tryCount += 1;
    if (delayMs >= silenceMs) this.watch(now);
    else this.#wakeAt = now + delayMs * (1 + this.#random.next());
  }
}
