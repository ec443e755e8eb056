/**
 * Failure detector: whether a leader is heard, and the election timer that says when to start a pre-vote.
 * It guards the rule that no peer tries to lead while a leader is heard, and that peers which lost the
 * same leader do not keep trying at the same time.
 */
import type { Random } from '../../environment.ts';
import { type Ballot, isSameBallot } from '../ballot.ts';

/** A leader that was silent for this long counts as failed. */
export const silenceMs = 500;
/** How much longer than {@link silenceMs} a peer waits, at most, so that no two start together. */
const jitterMs = 500;
/** When a peer starts for the first time, at most. */
const startMsMax = 50;
/** After a hint that the leader is gone, the peers next to it by number try in turn, this far apart. */
const staggerMs = 10;
/** How long a peer waits at most once its turn has come. */
const firstTryMsMax = 5;
/** A message of a leader that arrives this soon after such a hint was sent before it. */
const outdatedMs = 50;
/** The shortest wait before another try; it doubles with each. */
const retryMsMin = 50;
/** How long a peer leaves, at least, to a candidate it granted its pre-vote. */
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

  /** The highest ballot at which another peer was heard to lead, unless that may be over. */
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
    this.#tryCount = 0;
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
   * Leaves another peer the time to win. Only once before this peer has tried itself: where it alone can
   * reach a quorum, all the others try in vain.
   */
  backOff(now: number): void {
    if (this.#hasBackedOff) return;
    this.#hasBackedOff = true;
    const until = now + backOffMsMin * (1 + this.#random.next());
    this.#wakeAt = Math.max(this.#wakeAt ?? until, until);
  }

  /** This peer starts a pre-vote now. The next follows soon at first: others may lose the leader later. */
  startPreVote(now: number): void {
    this.clearLeader();
    const delayMs = retryMsMin * 2 ** this.#tryCount;
    this.#tryCount += 1;
    if (delayMs >= silenceMs) this.restartTimer(now);
    else this.#wakeAt = now + delayMs * (1 + this.#random.next());
  }
}
