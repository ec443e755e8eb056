/**
 * Catch-up: learns decisions that this peer missed from a peer that knows them.
 *
 * Every envelope carries how far the sender's host is done. A heartbeat, or an Accept with notices, also
 * carries up to where the sender knows every decision. A peer therefore soon notices that it is behind.
 * Only one Learn is pending at a time.
 *
 * Each envelope also carries what its sender has forgotten. Below the floor it may be that nobody holds what
 * this peer lacks. It then asks for what follows, and its host takes a state that makes up for the rest.
 */
import type { PeerId } from '../ballot.ts';
import type { Learner } from '../instance/learner.ts';
import { type MessageLimits, messageLimitsDefault } from '../messages/message-limits.ts';
import { otherPeers, quorumSize } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';
import type { Truncation } from './truncation.ts';

/** A notice that was sent longer ago than this has arrived or is lost. */
const noticeMsMax = 20;

/** The seq of a peer that has told of none. */
const none = -1;

/** A Learn that has not been answered yet. */
export interface PendingLearn {
  readonly seq: number;
  readonly to: PeerId;
  /** The time from which the Learn counts as lost. */
  readonly until: number;
}

export interface CatchUpOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly learner: Learner<V>;
  readonly truncation: Pick<Truncation, 'floor'>;
  readonly delays: RetryDelays;
  readonly limits?: Pick<MessageLimits, 'learnCountMax'>;
}

export class CatchUp<V> {
  readonly #learner: Learner<V>;
  readonly #truncation: Pick<Truncation, 'floor'>;
  readonly #delays: RetryDelays;
  readonly #learnCountMax: number;
  readonly #others: readonly PeerId[];
  /** For each peer, the seq up to which it has reported to know every decision. */
  readonly #reported = new Map<PeerId, number>();
  /** The same, or higher where this peer has only asked whether it is so. */
  readonly #knownUpTo = new Map<PeerId, number>();
  /** For each peer, the seq below which it has reported to have forgotten everything. */
  readonly #min = new Map<PeerId, number>();
  /** For each peer, the highest seq that it has answered to hold nothing of. */
  readonly #lacks = new Map<PeerId, number>();
  #pending: PendingLearn | undefined;
  /** How many Learns in a row have failed. */
  #attempt = 0;
  /** How often a peer was chosen in turn because no leader was known. */
  #rotation = 0;
  /** A leader was sending notices of decisions up to `upTo` at the time `at`. */
  #noticesSent: { readonly upTo: number; readonly at: number } | undefined;

  constructor(options: CatchUpOptions<V>) {
    const { me, peerCount, learner, truncation, delays } = options;
    this.#learnCountMax = (options.limits ?? messageLimitsDefault).learnCountMax;
    this.#learner = learner;
    this.#truncation = truncation;
    this.#delays = delays;
    this.#others = otherPeers(me, peerCount);
  }

  /** An envelope tells that `from` has forgotten everything below `min`. */
  observe(from: PeerId, min: number): void {
    this.#min.set(from, min);
  }

  /** `peer` has begun a new incarnation: what it reported to know or to lack no longer counts. */
  discardAnswersOf(peer: PeerId): void {
    this.#forget(peer);
    this.#min.delete(peer);
    this.#lacks.delete(peer);
  }

  /** Whether some peer has reported to know the decision of `seq`, and may still hold it. */
  canLearn(seq: number): boolean {
    return this.#holderOf(seq) !== undefined;
  }

  /**
   * Below it no quorum is left that holds anything, as far as each peer says of itself; `min`: what this peer says. One
   * peer alone does not move it.
   */
  heldFrom(min: number): number {
    const mins = [min, ...this.#others.map((peer) => this.#holdsFrom(peer))].sort((a, b) => a - b);
    return mins[quorumSize(mins.length) - 1] ?? min;
  }

  /** `from` knows, or may know, every decision up to `upTo`: asks it for those that this peer lacks. */
  onKnownUpTo(from: PeerId, upTo: number, step: Step<V>): void {
    const pending = this.#pending;
    // A peer that did not answer is asked again only after it has reported again what it knows.
    if (pending && step.now >= pending.until) this.#forget(pending.to);
    this.#reported.set(from, Math.max(upTo, this.#reportedBy(from)));
    this.#ask(from, upTo, step);
  }

  #ask(from: PeerId, upTo: number, step: Step<V>): void {
    const { now } = step;
    const pending = this.#pending;
    const known = Math.max(upTo, this.#knownUpTo.get(from) ?? none);
    this.#knownUpTo.set(from, known);
    const seq = this.#wanted(from);
    if (seq > known) return;
    if (pending && now < pending.until) return;
    const to = this.#mayHold(from, seq) ? from : this.#holderOf(seq);
    if (to === undefined) return;
    if (pending?.seq === seq) this.#attempt += 1;
    const count = Math.min(this.#learnCountMax, known - seq + 1);
    this.#pending = { seq, to, until: now + this.#delays.beforeResend(this.#attempt) };
    step.sendNow(to, { type: 'learn', seq, count });
  }

  /** `from` is sending all others notices of decisions up to `upTo`. Asks only for those that do not arrive. */
  onNoticesSent(from: PeerId, upTo: number, step: Step<V>): void {
    const { now } = step;
    this.#noticesSent ??= { upTo, at: now };
    if (now < this.#noticesSent.at + noticeMsMax) return;
    this.onKnownUpTo(from, this.#noticesSent.upTo, step);
    this.#noticesSent = { upTo, at: now };
  }

  /**
   * The host waits for `seq`: asks the leader or, if no leader is known or it has forgotten what is missing, a
   * different peer each time.
   */
  request(seq: number, leader: PeerId | undefined, step: Step<V>): void {
    const missing = this.#learner.firstMissing;
    const isHolder = leader !== undefined && this.#mayHold(leader, missing);
    const chosen = isHolder ? leader : (this.#nextPeer(missing) ?? leader);
    const to = this.#others.find((peer) => peer === chosen);
    if (to !== undefined) this.#ask(to, seq, step);
  }

  /**
   * The host waits for `seq`, and this peer may not propose there. The other peers may never send it the
   * decision unasked, so it asks all that may hold it.
   */
  requestFromAll(seq: number, step: Step<V>): void {
    if (seq !== this.#learner.firstMissing) return;
    const learn = { type: 'learn', seq, count: this.#learnCountMax } as const;
    for (const to of this.#others) if (this.#mayHold(to, seq)) step.sendNow(to, learn);
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

  /** `from` holds nothing of `seq`, and never will. */
  onForgotten(from: PeerId, seq: number): void {
    this.#lacks.set(from, Math.max(seq, this.#lackedBy(from)));
    this.onLearned(from, seq);
  }

  snapshot() {
    const [pending, noticesSent] = [this.#pending, this.#noticesSent];
    const { reported, knownUpTo, min, lacks } = this.#byPeer;
    return {
      ...{ reported: [...reported], knownUpTo: [...knownUpTo], min: [...min], lacks: [...lacks] },
      ...{ pending, attempt: this.#attempt, rotation: this.#rotation, noticesSent },
    };
  }

  resume(snapshot: ReturnType<CatchUp<V>['snapshot']>): void {
    for (const name of ['reported', 'knownUpTo', 'min', 'lacks'] as const) {
      const seqs = this.#byPeer[name];
      seqs.clear();
      for (const [peer, seq] of snapshot[name]) seqs.set(peer, seq);
    }
    this.#pending = snapshot.pending;
    this.#attempt = snapshot.attempt;
    this.#rotation = snapshot.rotation;
    this.#noticesSent = snapshot.noticesSent;
  }

  get #byPeer() {
    const [reported, knownUpTo] = [this.#reported, this.#knownUpTo];
    return { reported, knownUpTo, min: this.#min, lacks: this.#lacks };
  }

  /** The next seq to ask `from` for: the first that is missing, or that from the floor on if nobody holds it. */
  #wanted(from: PeerId): number {
    const seq = this.#learner.firstMissing;
    const isHeld = this.#mayHold(from, seq) || this.canLearn(seq);
    return isHeld ? seq : this.#learner.firstMissingFrom(this.#truncation.floor);
  }

  #forget(peer: PeerId): void {
    this.#reported.delete(peer);
    this.#knownUpTo.delete(peer);
  }

  #reportedBy(peer: PeerId): number {
    return this.#reported.get(peer) ?? none;
  }

  #lackedBy(peer: PeerId): number {
    return this.#lacks.get(peer) ?? none;
  }

  #mayHold(peer: PeerId, seq: number): boolean {
    return seq >= this.#holdsFrom(peer);
  }

  #holdsFrom(peer: PeerId): number {
    return Math.max(this.#min.get(peer) ?? 0, this.#lackedBy(peer) + 1);
  }

  #holderOf(seq: number): PeerId | undefined {
    return this.#others.find((peer) => this.#mayHold(peer, seq) && seq <= this.#reportedBy(peer));
  }

  #nextPeer(seq: number): PeerId | undefined {
    const peers = this.#others.filter((peer) => this.#mayHold(peer, seq));
    this.#rotation += 1;
    return peers[this.#rotation % peers.length];
  }
}
