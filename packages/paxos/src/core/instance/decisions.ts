/**
 * Decisions: what follows when an instance is decided. It is written down and announced, those who work
 * on it are released, and the others are told. Guards the rule that news without a value counts only for
 * a vote of that ballot or a higher one. Paxos Made Simple §2.3.
 */
import { isLower, type PeerId } from '../ballot.ts';
import { CommitNotices } from '../commit/notices.ts';
import type { PiggybackedNotices } from '../commit/piggybacked-notices.ts';
import type { Truncation } from '../commit/truncation.ts';
import type { Accept, Decided, Outcome } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import { earliest, type RetryDelays } from '../timeouts.ts';
import type { Acceptor } from './acceptor.ts';
import type { Learner } from './learner.ts';
import type { Proposer, Win } from './proposer.ts';

export interface DecisionsOptions<V> {
  readonly others: readonly PeerId[];
  readonly acceptor: Acceptor<V>;
  readonly learner: Learner<V>;
  readonly proposer: Proposer<V>;
  readonly truncation: Truncation;
  readonly delays: RetryDelays;
  readonly piggybacked: PiggybackedNotices;
}

export class Decisions<V> {
  readonly #options: DecisionsOptions<V>;
  readonly #notices: CommitNotices<V>;

  constructor(options: DecisionsOptions<V>) {
    this.#options = options;
    this.#notices = new CommitNotices(options.delays);
  }

  /** A quorum voted, in an instance for which no leader asked. */
  onWin({ seq, ballot, value, voters }: Win<V>, outbox: Outbox<V>): void {
    for (const to of this.#options.others)
      outbox.sendNow(to, { type: 'decided', seq, ballot, ...(voters.has(to) ? {} : { value }) });
    this.decide(seq, value, outbox);
  }

  /** A quorum voted, as the leader asked: word of it rides on what it asks next. */
  onLeaderWin({ seq, ballot, value }: Win<V>, now: number, outbox: Outbox<V>): void {
    this.#options.piggybacked.add({ seq, ballot }, now);
    this.decide(seq, value, outbox);
  }

  onDecided(from: PeerId, { seq, ballot, value }: Decided<V>, outbox: Outbox<V>): void {
    if (value === undefined) this.#onOutcome(from, { seq, ballot }, outbox);
    else if (seq >= this.#options.truncation.min) this.decide(seq, value, outbox);
  }

  /** News that rode on a request for another vote. */
  onPiggybacked(from: PeerId, { decided = [] }: Accept<V>, outbox: Outbox<V>): void {
    for (const outcome of decided) this.#onOutcome(from, outcome, outbox);
  }

  /** What a proposer learns instead of winning is news to whoever only heard its own requests. */
  onLearned(teller: PeerId, { seq, value }: { seq: number; value: V }, outbox: Outbox<V>): void {
    const { others, proposer, truncation } = this.#options;
    if (seq < truncation.min) return;
    const ballot = proposer.ballot(seq);
    for (const to of others) {
      if (ballot && to !== teller) outbox.sendNow(to, { type: 'decided', seq, ballot, value });
    }
    this.decide(seq, value, outbox);
  }

  decide(seq: number, value: V, outbox: Outbox<V>): void {
    const { acceptor, learner, proposer } = this.#options;
    if (!learner.learn(seq, value)) return;
    const isOwnVote = acceptor.vote(seq)?.value === value;
    outbox.note({ type: 'decided', seq, ...(isOwnVote ? {} : { value }) });
    outbox.announce({ seq, value });
    acceptor.release(seq);
    proposer.release(seq);
  }

  onUndeliverable(to: PeerId, message: Decided<V> | Accept<V>, now: number): void {
    if (message.type === 'decided') this.#notices.onUndeliverable(to, message, now);
    else
      for (const outcome of message.decided ?? [])
        this.#notices.onUndeliverable(to, { type: 'decided', ...outcome }, now);
  }

  /** Tells soon what no request has carried away by then. */
  flushSoon(now: number): void {
    this.#options.piggybacked.flushSoon(now);
  }

  /** Tells all that still waits to be told. */
  flushNotices(outbox: Outbox<V>): void {
    for (const [to, outcomes] of this.#options.piggybacked.takeAll()) {
      for (const outcome of outcomes) outbox.sendNow(to, { type: 'decided', ...outcome });
    }
  }

  wake(now: number, outbox: Outbox<V>): void {
    for (const { to, notice } of this.#notices.due(now)) outbox.sendNow(to, notice);
    const wakeAt = this.#options.piggybacked.wakeAt();
    if (wakeAt !== undefined && wakeAt <= now) this.flushNotices(outbox);
  }

  wakeAt(): number | undefined {
    return earliest([this.#notices.wakeAt(), this.#options.piggybacked.wakeAt()]);
  }

  #onOutcome(from: PeerId, { seq, ballot }: Outcome, outbox: Outbox<V>): void {
    const { acceptor, learner, truncation } = this.#options;
    if (seq < truncation.min || learner.knows(seq)) return;
    const vote = acceptor.vote(seq);
    // Safety: a vote of an older ballot may be for another value. At the decided ballot or above it,
    // every vote is for the decided value (P2b).
    if (vote && !isLower(vote.ballot, ballot)) this.decide(seq, vote.value, outbox);
    else outbox.sendNow(from, { type: 'learn', seq, count: 1 });
  }
}
