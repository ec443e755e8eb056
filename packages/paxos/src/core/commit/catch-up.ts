/**
 * Catch-up: learns decisions that this peer missed from a peer that knows them.
 *
 * Every envelope carries how far the sender's host is done. A heartbeat, or an Accept with notices, also
 * carries up to where the sender knows every decision. A peer therefore soon notices that it is behind.
 * Only one Learn is pending at a time.
 */
import type { PeerId } from '../ballot.ts';
import type { Learner } from '../instance/learner.ts';
import { learnCountMax } from '../messages/commit.ts';
import { allPeers } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';

/** A notice that was sent longer ago than this has arrived or is lost. */
const noticeMsMax = 20;

/** A Learn that has not been answered yet. */
interface PendingLearn {
  readonly seq: number;
  readonly to: PeerId;
  /** The time from which the Learn counts as lost. */
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
  /** For each peer, the seq up to which it has reported to know every decision. */
  readonly #knownUpTo: number[];
  #pending: PendingLearn | undefined;
  /** How many Learns in a row have failed. */
  #attempt = 0;
  /** How often a peer was chosen in turn because no leader was known. */
  #rotation = 0;
  /** A leader was sending notices of decisions up to `upTo` at the time `at`. */
  #noticesSent: { readonly upTo: number; readonly at: number } | undefined;

  constructor({ me, peerCount, learner, delays }: CatchUpOptions<V>) {
    this.#learner = learner;
    this.#delays = delays;
    const peers = allPeers(peerCount);
    this.#others = peers.filter((peer) => peer !== me);
    this.#knownUpTo = peers.map(() => -1);
  }

  /** `from` knows, or may know, every decision up to `upTo`: asks it for those that this peer lacks. */
  onKnownUpTo(from: PeerId, upTo: number, step: Step<V>): void {
    const { now } = step;
    const pending = this.#pending;
    // A peer that did not answer is asked again only after it has reported again what it knows.
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

  /** The host waits for `seq`: asks the leader or, if no leader is known, a different peer each time. */
  request(seq: number, leader: PeerId | undefined, step: Step<V>): void {
    const to = leader ?? this.#nextPeer();
    if (to !== undefined && this.#others.includes(to)) this.onKnownUpTo(to, seq, step);
  }

  /**
   * The host waits for `seq`, and this peer may not propose there. The other peers may never send it the
   * decision unasked, so it asks all of them.
   */
  requestFromAll(seq: number, step: Step<V>): void {
    if (seq !== this.#learner.firstMissing) return;
    for (const to of this.#others) step.sendNow(to, { type: 'learn', seq, count: learnCountMax });
  }

  /** No answer will come from `to`: the next Learn follows soon, instead of when the wait ends. */
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
