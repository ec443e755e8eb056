/**
 * Agreement: routes messages about instances to the roles of Paxos, and passes the results of one role
 * to the others. Every instance is decided independently.
 * Paxos Made Simple §2.5: each peer is proposer, acceptor and learner.
 */
import type { PeerId } from '../ballot.ts';
import type { CatchUp } from '../commit/catch-up.ts';
import type { Decisions } from '../commit/decisions.ts';
import type { Truncation } from '../commit/truncation.ts';
import type { Decision } from '../effects.ts';
import type { Leader } from '../leader/leader.ts';
import type { Learned } from '../messages/commit.ts';
import type { Envelope } from '../messages/envelope.ts';
import type { Accept, Accepted, Prepare } from '../messages/instance.ts';
import type { LogPromised, LogRejected, PrepareLog } from '../messages/leader.ts';
import type { InstanceMessage, InstanceRequest } from '../messages/message.ts';
import type { Participation } from '../recovery/participation.ts';
import type { Step } from '../step.ts';
import { earliest } from '../timeouts.ts';
import type { Acceptor } from './acceptor.ts';
import type { Learner, Status } from './learner.ts';
import type { Proposer } from './proposer.ts';

export interface AgreementOptions<V> {
  readonly acceptor: Acceptor<V>;
  readonly learner: Learner<V>;
  readonly proposer: Proposer<V>;
  readonly decisions: Decisions<V>;
  readonly catchUp: CatchUp<V>;
  readonly truncation: Truncation;
  readonly participation: Participation;
  readonly leader: Leader<V>;
}

export class Agreement<V> {
  readonly #acceptor: Acceptor<V>;
  readonly #learner: Learner<V>;
  readonly #proposer: Proposer<V>;
  readonly #decisions: Decisions<V>;
  readonly #catchUp: CatchUp<V>;
  readonly #truncation: Truncation;
  readonly #participation: Participation;
  readonly #leader: Leader<V>;
  #max = -1;

  constructor(options: AgreementOptions<V>) {
    this.#acceptor = options.acceptor;
    this.#learner = options.learner;
    this.#proposer = options.proposer;
    this.#decisions = options.decisions;
    this.#catchUp = options.catchUp;
    this.#truncation = options.truncation;
    this.#participation = options.participation;
    this.#leader = options.leader;
  }

  /** The highest seq proposed here or seen in any message, or −1. Never sinks. */
  get max(): number {
    const votingFloor = this.#participation.votingFloor ?? -1;
    return Math.max(this.#max, this.#learner.highest, votingFloor);
  }

  /** Raises `max` to `seq`, since some peer may have proposed there. */
  noteMax(seq: number): void {
    this.#max = Math.max(this.#max, seq);
  }

  /** The highest seq in which this peer may have voted, in any incarnation. */
  get votedUpTo(): number {
    return Math.max(this.#acceptor.highestVoted, this.#settledUpTo);
  }

  /** This peer knows every decision up to here, or its host no longer needs it. */
  get knownUpTo(): number {
    return this.#learner.knownUpTo;
  }

  /**
   * Nothing is proposed below it, since no quorum may be left to answer. It is the floor, as far as what others say of
   * themselves agrees with it: one peer that is wrong about the floor must not keep the others from deciding.
   */
  get proposalFloor(): number {
    const { floor, min } = this.#truncation;
    return floor === min ? min : Math.max(min, Math.min(floor, this.#catchUp.heldFrom(min)));
  }

  status(seq: number): Status<V> {
    if (seq < this.#truncation.min) return { fate: 'forgotten' };
    const decision = this.#learner.decision(seq);
    return decision ? { fate: 'decided', value: decision.value } : { fate: 'pending' };
  }

  propose(proposal: Decision<V>, step: Step<V>): void {
    const { seq, value } = proposal;
    if (seq < this.#truncation.min) return;
    this.noteMax(seq);
    // Safety: up to the voting floor an earlier incarnation may have used a ballot and cast a vote.
    const isOpen = seq >= this.proposalFloor && this.#participation.takesPartIn(seq);
    if (!isOpen || seq < this.#truncation.floor) this.#catchUp.requestFromAll(seq, step);
    if (!isOpen) return;
    if (this.#learner.knows(seq)) return;
    const fastPath = this.#leader.fastPath(seq);
    if (fastPath === undefined) {
      this.#proposer.propose(proposal, this.#acceptor.promised(seq), step);
      return;
    }
    // Safety (P2c): propose the value of the highest reported vote, and the own value only if there is none.
    const { ballot, vote } = fastPath;
    this.#proposer.acceptAt({ seq, value: vote ? vote.value : value }, ballot, step);
    this.#leader.onRequestsSent(step.now);
  }

  /** Returns the log promise with this peer's votes, or a rejection that names the higher promise. */
  promiseLog(request: PrepareLog, step: Step<V>): LogPromised<V> | LogRejected {
    return this.#acceptor.onPrepareLog(request, this.#settledUpTo + 1, step);
  }

  /**
   * Safety: a leader that does not know of a new incarnation may rest on a log promise that this peer gave in
   * an earlier one. The rejection carries the new incarnation, and the leader starts again.
   */
  rejectUnaware(from: PeerId, { seq, ballot }: Accept<V>, step: Step<V>): void {
    step.sendNow(from, { type: 'rejected', seq, ballot, promised: ballot });
  }

  /** This peer has become leader: proposes all open instances at its ballot, its own and those of others. */
  proposeOpen(step: Step<V>): void {
    for (const proposal of this.#proposer.open()) this.propose(proposal, step);
    for (const { seq, vote } of this.#acceptor.votes())
      this.propose({ seq, value: vote.value }, step);
  }

  onMessage(from: PeerId, message: InstanceMessage<V>, step: Step<V>): void {
    switch (message.type) {
      case 'prepare':
      case 'accept':
      case 'decided':
      case 'learn':
        this.#onRequest(from, message, step);
        break;
      case 'promised':
        this.#proposer.onPromised(from, message, step);
        break;
      case 'rejected':
        this.#proposer.onRejected(message, step.now);
        break;
      case 'accepted':
        this.#onAccepted(from, message, step);
        break;
      case 'learned':
        this.#onLearned(from, message, step);
        break;
      case 'forgotten':
        this.#catchUp.onForgotten(from, message.seq);
        break;
    }
  }

  onUndeliverable(envelope: Envelope<V>, now: number): void {
    const { to, message } = envelope;
    if (message.type === 'decided' || message.type === 'accept')
      this.#decisions.onUndeliverable(to, message, now);
    if (message.type === 'learn') this.#catchUp.onUndeliverable(to, message.seq, now);
    this.#proposer.onUndeliverable(envelope, now);
  }

  wake(step: Step<V>): void {
    this.#proposer.wake(step);
    this.#decisions.wake(step);
  }

  wakeAt(): number | undefined {
    return earliest([this.#proposer.wakeAt(), this.#decisions.wakeAt()]);
  }

  /** Ends all proposals below `floor`: a quorum that still answers there may not exist. */
  releaseBelow(floor: number): void {
    this.#proposer.releaseBelow(floor);
    this.#leader.forgetBelow(floor);
  }

  /** Frees all records below `min`. Returns the decisions among them, in order of seq. */
  forgetBelow(min: number): Decision<V>[] {
    this.#acceptor.forgetBelow(min);
    return this.#learner.forgetBelow(min);
  }

  snapshot() {
    return { max: this.#max };
  }

  resume({ max }: ReturnType<Agreement<V>['snapshot']>): void {
    this.#max = max;
  }

  /** Every instance above this one is open: not decided here, not forgotten, and above the voting floor. */
  get #settledUpTo(): number {
    const votingFloor = this.#participation.votingFloor ?? -1;
    return Math.max(this.#learner.highest, votingFloor, this.#truncation.min - 1);
  }

  #onRequest(from: PeerId, request: InstanceRequest<V>, step: Step<V>): void {
    const { seq } = request;
    if (request.type === 'accept') this.#onPiggybacked(from, request, step);
    this.noteMax(seq);
    // Safety: a forgotten instance is refused. A fresh record could vote for a second value.
    if (seq < this.#truncation.min) {
      if (request.type !== 'decided') step.sendNow(from, { type: 'forgotten', seq });
      return;
    }
    if (request.type === 'decided') {
      this.#decisions.onDecided(from, request, step);
      return;
    }
    const values = this.#learner.run(seq, request.type === 'learn' ? request.count : 1);
    if (values.length > 0) step.sendNow(from, { type: 'learned', seq, values });
    else if (request.type === 'learn') this.#decideAgain(from, seq, step);
    else this.#vote(from, request, step);
  }

  #onPiggybacked(from: PeerId, request: Accept<V>, step: Step<V>): void {
    this.#decisions.onPiggybacked(from, request, step);
    if (request.knownUpTo !== undefined) this.#catchUp.onNoticesSent(from, request.knownUpTo, step);
  }

  /**
   * A crash may lose the note of a decision at every peer that had it. A peer whose host is done with the
   * instance never proposes there on its own, and the peer that asks may not be allowed to propose. So a
   * peer that voted proposes the value of its vote again. Without a vote, its host took a later state.
   */
  #decideAgain(from: PeerId, seq: number, step: Step<V>): void {
    if (seq > this.#truncation.done) return;
    const vote = this.#acceptor.vote(seq);
    if (vote) this.propose({ seq, value: vote.value }, step);
    else step.sendNow(from, { type: 'forgotten', seq });
  }

  #vote(from: PeerId, request: Prepare | Accept<V>, step: Step<V>): void {
    // Safety: promises made up to the voting floor are lost, so this peer can promise nothing there again.
    if (!this.#participation.takesPartIn(request.seq)) return;
    const answer =
      request.type === 'prepare'
        ? this.#acceptor.onPrepare(request, step)
        : this.#acceptor.onAccept(request, step);
    // A rejection vouches for nothing: its receiver only tries a higher ballot.
    if (answer.type === 'rejected') step.sendNow(from, answer);
    else step.sendAfter(from, answer);
  }

  #onAccepted(from: PeerId, message: Accepted, step: Step<V>): void {
    const chosen = this.#proposer.onAccepted(from, message, step.now);
    if (!chosen) return;
    if (this.#leader.isLeading) this.#decisions.onChosenByLeader(chosen, step);
    else this.#decisions.onChosen(chosen, step);
  }

  #onLearned(from: PeerId, { seq, values }: Learned<V>, step: Step<V>): void {
    for (const [index, value] of values.entries()) {
      this.#decisions.onLearned(from, { seq: seq + index, value }, step);
    }
    this.#catchUp.onLearned(from, seq);
  }
}
