/**
 * Decisions: what follows when an instance is decided. The decision is noted and announced, the roles that
 * worked on it are released, and the other peers are notified. It guards the rule that a notice without a
 * value counts only for a vote at that ballot or a higher one. Paxos Made Simple §2.3.
 */
import { isLower, type PeerId } from '../ballot.ts';
import type { Decision } from '../effects.ts';
import type { Acceptor } from '../instance/acceptor.ts';
import type { Learner } from '../instance/learner.ts';
import type { Chosen, Proposer } from '../instance/proposer.ts';
import type { Decided, Outcome } from '../messages/commit.ts';
import type { Accept } from '../messages/instance.ts';
import type { Step } from '../step.ts';
import { earliest, type RetryDelays } from '../timeouts.ts';
import { NoticeRetries } from './notice-retries.ts';
import type { PiggybackedNotices } from './piggybacked-notices.ts';
import type { Truncation } from './truncation.ts';

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
  readonly #others: readonly PeerId[];
  readonly #acceptor: Acceptor<V>;
  readonly #learner: Learner<V>;
  readonly #proposer: Proposer<V>;
  readonly #truncation: Truncation;
  readonly #piggybacked: PiggybackedNotices;
  readonly #retries: NoticeRetries<V>;

  constructor(options: DecisionsOptions<V>) {
    this.#others = options.others;
    this.#acceptor = options.acceptor;
    this.#learner = options.learner;
    this.#proposer = options.proposer;
    this.#truncation = options.truncation;
    this.#piggybacked = options.piggybacked;
    this.#retries = new NoticeRetries(options.delays);
  }

  /** A quorum voted for a proposal of this peer while it does not lead: notifies the others at once. */
  onChosen({ seq, ballot, value, voters }: Chosen<V>, step: Step<V>): void {
    for (const to of this.#others) {
      if (voters.has(to)) step.sendNow(to, { type: 'decided', seq, ballot });
      else step.sendNow(to, { type: 'decided', seq, ballot, value });
    }
    this.#decide({ seq, value }, step);
  }

  /** A quorum voted for a proposal of this peer while it leads: its next requests carry the notice. */
  onChosenByLeader({ seq, ballot, value }: Chosen<V>, step: Step<V>): void {
    this.#piggybacked.add({ seq, ballot }, step.now);
    this.#decide({ seq, value }, step);
  }

  onDecided(from: PeerId, { seq, ballot, value }: Decided<V>, step: Step<V>): void {
    if (value === undefined) this.#onOutcome(from, { seq, ballot }, step);
    else if (seq >= this.#truncation.min) this.#decide({ seq, value }, step);
  }

  onPiggybacked(from: PeerId, { decided = [] }: Accept<V>, step: Step<V>): void {
    for (const outcome of decided) this.#onOutcome(from, outcome, step);
  }

  /**
   * `from` answered with the decision. If this peer was proposing in the instance, the others may have
   * received only its requests and not the decision, so it sends them the decision.
   */
  onLearned(from: PeerId, decision: Decision<V>, step: Step<V>): void {
    const { seq, value } = decision;
    if (seq < this.#truncation.min) return;
    const ballot = this.#proposer.ballot(seq);
    for (const to of this.#others) {
      if (ballot && to !== from) step.sendNow(to, { type: 'decided', seq, ballot, value });
    }
    this.#decide(decision, step);
  }

  onUndeliverable(to: PeerId, message: Decided<V> | Accept<V>, now: number): void {
    if (message.type === 'decided') this.#retries.onUndeliverable(to, message, now);
    else
      for (const outcome of message.decided ?? [])
        this.#retries.onUndeliverable(to, { type: 'decided', ...outcome }, now);
  }

  /** Another host waits for a decision: notifies the others soon, or at once if no request will carry the notices. */
  flushSoon(step: Step<V>): void {
    if (this.#proposer.isIdle) this.flush(step);
    else this.#piggybacked.flushSoon(step.now);
  }

  /** Sends every notice that still waits for a request. */
  flush(step: Step<V>): void {
    for (const [to, outcomes] of this.#piggybacked.takeAll()) {
      for (const outcome of outcomes) step.sendNow(to, { type: 'decided', ...outcome });
    }
  }

  wake(step: Step<V>): void {
    for (const { to, notice } of this.#retries.takeDue(step.now)) step.sendNow(to, notice);
    const wakeAt = this.#piggybacked.wakeAt();
    if (wakeAt !== undefined && wakeAt <= step.now) this.flush(step);
  }

  wakeAt(): number | undefined {
    return earliest([this.#retries.wakeAt(), this.#piggybacked.wakeAt()]);
  }

  snapshot() {
    return { retries: this.#retries.snapshot(), piggybacked: this.#piggybacked.snapshot() };
  }

  resume({ retries, piggybacked }: ReturnType<Decisions<V>['snapshot']>): void {
    this.#retries.resume(retries);
    this.#piggybacked.resume(piggybacked);
  }

  #decide(decision: Decision<V>, step: Step<V>): void {
    const { seq, value } = decision;
    if (!this.#learner.learn(seq, value)) return;
    const isOwnVote = this.#acceptor.vote(seq)?.value === value;
    step.note(isOwnVote ? { type: 'decided', seq } : { type: 'decided', seq, value });
    step.announce(decision);
    this.#acceptor.release(seq);
    this.#proposer.release(seq);
  }

  #onOutcome(from: PeerId, { seq, ballot }: Outcome, step: Step<V>): void {
    if (seq < this.#truncation.min || this.#learner.knows(seq)) return;
    const vote = this.#acceptor.vote(seq);
    // Safety: a vote of an older ballot may be for another value. At the decided ballot or above it,
    // every vote is for the decided value (P2b).
    if (vote && !isLower(vote.ballot, ballot)) this.#decide({ seq, value: vote.value }, step);
    else step.sendNow(from, { type: 'learn', seq, count: 1 });
  }
}
