/**
 * Catch-up: learns decisions that this peer missed from a peer that knows them.
 *
 * Envelopes say how far their sender's host is done; a heartbeat, or an Accept with notices, says how far
 * its sender knows every decision. So a peer soon notices that it is behind. One Learn is pending at a
 * time.
 */
import type { PeerId } from '../ballot.ts';
import type { Learner } from '../instance/learner.ts';
import { learnCountMax } from '../messages/commit.ts';
import { allPeers } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';

/** A notice sent longer ago than this has arrived, or was lost. */
const noticeMsMax = 20;

/** A Learn that has not been answered yet. */
interface PendingLearn {
  readonly seq: number;
  readonly to: PeerId;
  /** When it counts as lost. */
  readonly until: number;
}

export interface CatchUpOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly learner: Learner<V>;
  readonly delays: RetryDelays;
}

export class CatchUp<V> {
  readonly #learner: Learner<V>;
  readonly #delays: RetryDelays;
  readonly #others: readonly PeerId[];
  /** Every decision up to here is known to each peer, as far as it has said. */
  readonly #knownUpTo: number[];
  #pending: PendingLearn | undefined;
  /** How often in a row a Learn brought nothing. */
  #attempt = 0;
  /** How often a peer was chosen because none leads. */
  #rotation = 0;
  /** Notices of decisions up to `upTo` were being sent at this time. */
  #noticesSent: { readonly upTo: number; readonly at: number } | undefined;

  constructor({ me, peerCount, learner, delays }: CatchUpOptions<V>) {
    this.#learner = learner;
    this.#delays = delays;
    const peers = allPeers(peerCount);
    this.#others = peers.filter((peer) => peer !== me);
    this.#knownUpTo = peers.map(() => -1);
  }

  /** `from` knows every decision up to `upTo`, or may: asks it for what is missing here. */
  onKnownUpTo(from: PeerId, upTo: number, step: Step<V>): void {
    const { now } = step;
    const pending = this.#pending;
    // A peer that did not answer is not asked again before it says again what it knows.
    if (pending && now >= pending.until) this.#knownUpTo[pending.to] = -1;
    const seq = this.#learner.firstMissing;
    const known = Math.max(upTo, this.#knownUpTo[from] ?? -1);
    this.#knownUpTo[from] = known;
    if (seq > known) return;
    if (pending && now < pending.until) return;
    if (pending?.seq === seq) this.#attempt += 1;
    const count = Math.min(learnCountMax, known - seq + 1);
    this.#pending = { seq, to: from, until: now + this.#delays.beforeResend(this.#attempt) };
    step.sendNow(from, { type: 'learn', seq, count });
  }

  /** `from` is sending all others notices of decisions up to `upTo`. Asks only for those that do not arrive. */
  onNoticesSent(from: PeerId, upTo: number, step: Step<V>): void {
    const { now } = step;
    this.#noticesSent ??= { upTo, at: now };
    if (now < this.#noticesSent.at + noticeMsMax) return;
    this.onKnownUpTo(from, this.#noticesSent.upTo, step);
    this.#noticesSent = { upTo, at: now };
  }

  /** The host waits for `seq`: asks the leader, or if none is known, another peer each time. */
  request(seq: number, leader: PeerId | undefined, step: Step<V>): void {
    const to = leader ?? this.#nextPeer();
    if (to !== undefined && this.#others.includes(to)) this.onKnownUpTo(to, seq, step);
  }

  /**
   * The host waits for `seq`, and this peer may not propose there. Perhaps no peer will ever send it
   * anything unasked, so it asks them all.
   */
  requestFromAll(seq: number, step: Step<V>): void {
    if (seq !== this.#learner.firstMissing) return;
    for (const to of this.#others) step.sendNow(to, { type: 'learn', seq, count: learnCountMax });
  }

  /** No answer will come from `to`: it, or another peer, is asked again soon rather than when the wait ends. */
  onUndeliverable(to: PeerId, seq: number, now: number): void {
    if (this.#pending?.to !== to || this.#pending.seq !== seq) return;
    const until = Math.min(this.#pending.until, now + this.#delays.beforeRetry(this.#attempt));
    this.#pending = { seq, to, until };
  }

  /** `from` answered: it may be asked for more at once. */
  onLearned(from: PeerId, seq: number): void {
    if (this.#pending?.to !== from || this.#pending.seq !== seq) return;
    this.#pending = undefined;
    this.#attempt = 0;
  }

  #nextPeer(): PeerId | undefined {
    this.#rotation += 1;
    return this.#others[this.#rotation % this.#others.length];
  }
}
