/**
 * Agreement: the roles of Paxos wired together. Each message goes to the role it is for, and what a
 * role concludes goes to those it concerns. Every instance is decided by itself.
 * Paxos Made Simple §2.5: proposer, acceptor and learner in one.
 */
import type { Ballot, PeerId } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import { CatchUp } from '../commit/catch-up.ts';
import { PiggybackedNotices } from '../commit/piggybacked-notices.ts';
import type { Truncation } from '../commit/truncation.ts';
import type { Decision, DurableWrite, OwnIncarnation, PeerRecords, Write } from '../effects.ts';
import type { Leader } from '../leader/leader.ts';
import type { LogPromised, LogRejected, PrepareLog, ReadIndexReply } from '../messages/group.ts';
import type {
  Accept,
  Accepted,
  Envelope,
  InstanceMessage,
  InstanceRequest,
  Learned,
  Prepare,
} from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import { replay } from '../recovery/replay.ts';
import { earliest, type RetryDelays } from '../timeouts.ts';
import { Acceptor } from './acceptor.ts';
import { Decisions } from './decisions.ts';
import { Learner, type Status } from './learner.ts';
import { Proposer } from './proposer.ts';

export interface AgreementOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly leader: Leader<V>;
  readonly truncation: Truncation;
  readonly delays: RetryDelays;
}

export class Agreement<V> {
  readonly catchUp: CatchUp<V>;
  readonly #truncation: Truncation;
  readonly #ballots: BallotAllocator;
  readonly #leader: Leader<V>;
  readonly #acceptor = new Acceptor<V>();
  readonly #learner = new Learner<V>();
  readonly #proposer: Proposer<V>;
  readonly #decisions: Decisions<V>;
  #max = -1;
  #votingFloor = -1;

  constructor({ me, peerCount, ballots, leader, truncation, delays }: AgreementOptions<V>) {
    const others = Array.from({ length: peerCount }, (_, peer) => peer).filter((to) => to !== me);
    const piggybacked = new PiggybackedNotices(others);
    this.#truncation = truncation;
    this.#ballots = ballots;
    this.#leader = leader;
    const knownUpTo = () => this.knownUpTo;
    this.#proposer = new Proposer({ peerCount, ballots, delays, piggybacked, knownUpTo });
    this.catchUp = new CatchUp(this.#learner, delays, { me, peerCount });
    this.#decisions = new Decisions({
      ...{ others, piggybacked, truncation, delays },
      ...{ acceptor: this.#acceptor, learner: this.#learner, proposer: this.#proposer },
    });
  }

  restore(write: Exclude<Write<V>, OwnIncarnation | PeerRecords>): void {
    const roles = {
      ballots: this.#ballots,
      truncation: this.#truncation,
      acceptor: this.#acceptor,
      learner: this.#learner,
    };
    this.#max = Math.max(this.#max, replay(write, roles));
  }

  /** From now on this peer takes part in no instance up to `votingFloor`: it may have, and not remember. */
  raiseVotingFloor(votingFloor: number): void {
    this.#votingFloor = votingFloor;
    if (votingFloor < Infinity) this.#max = Math.max(this.#max, votingFloor);
  }

  /** Rounds up to here were used in an incarnation that is over, and by a leader in any instance. */
  skipRounds(round: number, outbox: Outbox<V>): void {
    this.#ballots.skip(round, outbox);
  }

  propose({ seq, value }: Decision<V>, now: number, outbox: Outbox<V>): void {
    if (seq < this.#truncation.min) return;
    this.#max = Math.max(this.#max, seq);
    // Safety: up to the votingFloor a ballot may have been used, and a vote cast, in an incarnation that is over.
    if (seq <= this.#votingFloor) this.catchUp.askAll(seq, outbox);
    if (seq <= this.#votingFloor || this.#learner.knows(seq)) return;
    const entitlement = this.#leader.fastPath(seq);
    if (entitlement) {
      const { ballot, vote } = entitlement;
      // Safety (P2c): the value of the highest vote the followers told of, and only without any the own.
      this.#proposer.acceptAt({ seq, value: vote ? vote.value : value, ballot }, now, outbox);
      this.#leader.onRequestsSent(now);
      return;
    }
    const promised = this.#acceptor.promised(seq);
    this.#proposer.propose({ seq, value, promised }, now, outbox);
  }

  /** The log promise, with the votes that go with it; or the higher one that was given before. */
  promiseLog(lead: PrepareLog, outbox: Outbox<V>): LogPromised<V> | LogRejected {
    return this.#acceptor.onPrepareLog(lead, this.#settledUpTo + 1, outbox);
  }

  /** Above this, nothing was decided with a vote of this peer, in any incarnation. */
  get votedUpTo(): number {
    return Math.max(this.#acceptor.highestVoted, this.#settledUpTo);
  }

  /** Above this, nothing is decided or forgotten here, nor kept out of. */
  get #settledUpTo(): number {
    return Math.max(this.#learner.highest, this.#votingFloor, this.#truncation.min - 1);
  }

  /** Somebody may have proposed up to `seq`. */
  noteMax(seq: number): void {
    this.#max = Math.max(this.#max, seq);
  }

  get logPromise(): Ballot | undefined {
    return this.#acceptor.log;
  }

  isDurable(ballot: Ballot): boolean {
    return this.#ballots.isDurable(ballot);
  }

  /** This peer leads now: what it was at goes on at its ballot, and what others left open is finished. */
  takeOver(now: number, outbox: Outbox<V>): void {
    for (const proposal of this.#proposer.underWay()) this.propose(proposal, now, outbox);
    for (const { seq, vote } of this.#acceptor.votes())
      this.propose({ seq, value: vote.value }, now, outbox);
  }

  onMessage(from: PeerId, message: InstanceMessage<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'prepare':
      case 'accept':
      case 'decided':
      case 'learn':
        this.#onRequest(from, message, now, outbox);
        break;
      case 'promised':
        this.#proposer.onPromised(from, message, now, outbox);
        break;
      case 'rejected':
        this.#proposer.onRejected(message, now);
        break;
      case 'accepted':
        this.#onAccepted(from, message, now, outbox);
        break;
      case 'learned':
        this.#onLearned(from, message, outbox);
        break;
      case 'forgotten':
        this.catchUp.onLearned(from, message.seq);
        break;
    }
  }

  /** Who hears no leader hears nothing of decisions either, unless he asks for them. */
  onReadIndexReply(
    from: PeerId,
    { knownUpTo }: ReadIndexReply,
    now: number,
    outbox: Outbox<V>,
  ): void {
    if (this.#leader.leader === undefined) this.catchUp.observe(from, knownUpTo, now, outbox);
  }

  /** Up to here this peer knows every decision, or its host needs it no more. */
  get knownUpTo(): number {
    return this.#learner.firstMissing - 1;
  }

  onUndeliverable(envelope: Envelope<V>, now: number): void {
    const { to, message } = envelope;
    if (message.type === 'decided' || message.type === 'accept')
      this.#decisions.onUndeliverable(to, message, now);
    if (message.type === 'learn') this.catchUp.onUndeliverable(to, message.seq, now);
    this.#proposer.onUndeliverable(envelope, now);
  }

  onPersisted(writes: readonly DurableWrite<V>[]): void {
    for (const write of writes) {
      if (write.type === 'reserved') this.#ballots.onPersisted(write.round);
    }
  }

  /** No answer of this peer counts that was counted so far. */
  discardAnswersOf(peer: PeerId): void {
    this.#proposer.discardAnswersOf(peer);
  }

  wake(now: number, outbox: Outbox<V>): void {
    this.#proposer.wake(now, outbox);
    this.#decisions.wake(now, outbox);
  }

  wakeAt(): number | undefined {
    return earliest([this.#proposer.wakeAt(), this.#decisions.wakeAt()]);
  }

  status(seq: number): Status<V> {
    if (seq < this.#truncation.min) return { fate: 'forgotten' };
    const decision = this.#learner.decision(seq);
    return decision ? { fate: 'decided', value: decision.value } : { fate: 'pending' };
  }

  get max(): number {
    return Math.max(this.#max, this.#learner.highest);
  }

  /** Somebody waits to be told what was decided. */
  flushNoticesSoon(now: number, outbox: Outbox<V>): void {
    if (this.#proposer.isIdle) this.flushNotices(outbox);
    else this.#decisions.flushSoon(now);
  }

  /** Tells what was decided to all who have not been told. */
  flushNotices(outbox: Outbox<V>): void {
    this.#decisions.flushNotices(outbox);
  }

  decisions(): Decision<V>[] {
    return this.#learner.decisions();
  }

  /** Nobody needs instances below `seq` here, or can still tell of them. */
  skipBelow(seq: number): void {
    this.#learner.skipBelow(seq);
  }

  forgetBelow(min: number): void {
    this.#acceptor.forgetBelow(min);
    this.#learner.forgetBelow(min);
    this.#proposer.forgetBelow(min);
    this.#leader.forgetBelow(min);
  }

  #onRequest(from: PeerId, request: InstanceRequest<V>, now: number, outbox: Outbox<V>): void {
    const { seq } = request;
    if (request.type === 'accept') this.#onNews(from, request, now, outbox);
    this.noteMax(seq);
    // Safety: a forgotten instance is refused. A fresh record could vote for a second value.
    if (seq < this.#truncation.min) {
      if (request.type !== 'decided') outbox.sendNow(from, { type: 'forgotten', seq });
      return;
    }
    if (request.type === 'decided') {
      this.#decisions.onDecided(from, request, outbox);
      return;
    }
    const values = this.#learner.run(seq, request.type === 'learn' ? request.count : 1);
    if (values.length > 0) outbox.sendNow(from, { type: 'learned', seq, values });
    else if (request.type === 'learn') this.#findOut(seq, now, outbox);
    else this.#vote(from, request, outbox);
  }

  #onNews(from: PeerId, request: Accept<V>, now: number, outbox: Outbox<V>): void {
    this.#decisions.onPiggybacked(from, request, outbox);
    if (request.knownUpTo !== undefined) this.catchUp.told(from, request.knownUpTo, now, outbox);
  }

  /**
   * A crash may take the note of a decision from all who had it. Who is done with the instance never
   * needs it again, but who asks may not be able to propose there: so the one that voted does.
   */
  #findOut(seq: number, now: number, outbox: Outbox<V>): void {
    const vote = this.#acceptor.vote(seq);
    if (vote && seq <= this.#truncation.done) this.propose({ seq, value: vote.value }, now, outbox);
  }

  #vote(from: PeerId, request: Prepare | Accept<V>, outbox: Outbox<V>): void {
    // Safety: what was promised up to the votingFloor is forgotten, so nothing can be promised there again.
    if (request.seq <= this.#votingFloor) return;
    const answer =
      request.type === 'prepare'
        ? this.#acceptor.onPrepare(request, outbox)
        : this.#acceptor.onAccept(request, outbox);
    // A refusal vouches for nothing: whoever reads it only tries a higher ballot.
    if (answer.type === 'rejected') outbox.sendNow(from, answer);
    else outbox.sendAfter(from, answer);
  }

  #onAccepted(from: PeerId, message: Accepted, now: number, outbox: Outbox<V>): void {
    const win = this.#proposer.onAccepted(from, message, now);
    if (!win) return;
    if (this.#leader.isLeading) this.#decisions.onLeaderWin(win, now, outbox);
    else this.#decisions.onWin(win, outbox);
  }

  #onLearned(from: PeerId, { seq, values }: Learned<V>, outbox: Outbox<V>): void {
    for (const [index, value] of values.entries()) {
      this.#decisions.onLearned(from, { seq: seq + index, value }, outbox);
    }
    this.catchUp.onLearned(from, seq);
  }
}
