/**
 * Catch-up: learns from a peer that is further what was decided meanwhile.
 *
 * An envelope tells how far its sender's host is done, a heartbeat and an Accept with news how far its
 * sender knows all, so falling behind is noticed soon. One Learn is under way at a time.
 */
import type { PeerId } from '../ballot.ts';
import type { Learner } from '../instance/learner.ts';
import { learnCountMax } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { RetryDelays } from '../timeouts.ts';

/** A Learn that has not been answered yet. */
interface Asked {
  readonly seq: number;
  readonly to: PeerId;
  /** When it counts as lost. */
  readonly until: number;
}

/** This peer among all. */
interface Place {
  readonly me: PeerId;
  readonly peerCount: number;
}

/** What was told so long ago has arrived, or was lost. */
const newsMsMax = 20;

export class CatchUp<V> {
  readonly #learner: Learner<V>;
  readonly #delays: RetryDelays;
  readonly #others: readonly PeerId[];
  #asked: Asked | undefined;
  /** How often another was asked because nobody leads. */
  #turn = 0;
  /** How often in a row a Learn brought nothing. */
  #attempt = 0;
  /** Up to where news is on its way, and since when. */
  #told: { readonly upTo: number; readonly since: number } | undefined;
  /** Up to where each peer can tell every decision, as far as it said. */
  readonly #known: number[];

  constructor(learner: Learner<V>, delays: RetryDelays, { me, peerCount }: Place) {
    this.#learner = learner;
    this.#delays = delays;
    const all = Array.from({ length: peerCount }, (_, peer) => peer);
    this.#others = all.filter((peer) => peer !== me);
    this.#known = all.map(() => -1);
  }

  /** `from` knows every decision from here up to `upTo`, by its own account; or it may. */
  observe(from: PeerId, upTo: number, now: number, outbox: Outbox<V>): void {
    if (this.#asked && now >= this.#asked.until) this.#known[this.#asked.to] = -1;
    const seq = this.#learner.firstMissing;
    const known = Math.max(upTo, this.#known[from] ?? -1);
    this.#known[from] = known;
    if (seq > known) return;
    if (this.#asked && now < this.#asked.until) return;
    if (this.#asked?.seq === seq) this.#attempt += 1;
    const count = Math.min(learnCountMax, known - seq + 1);
    this.#asked = { seq, to: from, until: now + this.#delays.beforeResend(this.#attempt) };
    outbox.sendNow(from, { type: 'learn', seq, count });
  }

  /** `from` tells everyone of decisions up to `upTo` about now. Who lacks one of them later asks. */
  told(from: PeerId, upTo: number, now: number, outbox: Outbox<V>): void {
    this.#told ??= { upTo, since: now };
    if (now < this.#told.since + newsMsMax) return;
    this.observe(from, this.#told.upTo, now, outbox);
    this.#told = { upTo, since: now };
  }

  /** The host waits for `seq`: the leader knows of it, or where there is none, perhaps another. */
  ask(leader: PeerId | undefined, seq: number, now: number, outbox: Outbox<V>): void {
    const to = leader ?? this.#inTurn();
    if (to !== undefined && this.#others.includes(to)) this.observe(to, seq, now, outbox);
  }

  /**
   * The host waits for `seq`, and this peer may not propose there. Nobody may ever speak to it again by
   * himself, so it asks them all.
   */
  askAll(seq: number, outbox: Outbox<V>): void {
    if (seq !== this.#learner.firstMissing) return;
    for (const to of this.#others) outbox.sendNow(to, { type: 'learn', seq, count: learnCountMax });
  }

  /** No answer will come from `to`: it, or another, is asked again soon instead of when delays ends. */
  onUndeliverable(to: PeerId, seq: number, now: number): void {
    if (this.#asked?.to !== to || this.#asked.seq !== seq) return;
    const until = Math.min(this.#asked.until, now + this.#delays.beforeRetry(this.#attempt));
    this.#asked = { seq, to, until };
  }

  /** An answer came: whoever sent it may be asked for more at once. */
  onLearned(from: PeerId, seq: number): void {
    if (this.#asked?.to !== from || this.#asked.seq !== seq) return;
    this.#asked = undefined;
    this.#attempt = 0;
  }

  #inTurn(): PeerId | undefined {
    this.#turn += 1;
    return this.#others[this.#turn % this.#others.length];
  }
}
