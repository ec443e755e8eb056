/**
 * Election: routes messages about leadership to the leader role and to the acceptor's log promise, and
 * starts the work of a new leader on the open instances.
 */
import { type Ballot, isLower, isSameBallot, type PeerId } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { CatchUp } from '../commit/catch-up.ts';
import type { Acceptor } from '../instance/acceptor.ts';
import type { Agreement } from '../instance/agreement.ts';
import type { Heartbeat, LogPromised, PrepareLog, PreVote } from '../messages/leader.ts';
import type { InstanceMessage, LeaderMessage } from '../messages/message.ts';
import { allPeers } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { Leader } from './leader.ts';

export interface ElectionOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly leader: Leader<V>;
  readonly acceptor: Acceptor<V>;
  readonly agreement: Agreement<V>;
  readonly catchUp: CatchUp<V>;
}

export class Election<V> {
  readonly #me: PeerId;
  readonly #peers: readonly PeerId[];
  readonly #ballots: BallotAllocator;
  readonly #leader: Leader<V>;
  readonly #acceptor: Acceptor<V>;
  readonly #agreement: Agreement<V>;
  readonly #catchUp: CatchUp<V>;

  constructor(options: ElectionOptions<V>) {
    this.#me = options.me;
    this.#peers = allPeers(options.peerCount);
    this.#ballots = options.ballots;
    this.#leader = options.leader;
    this.#acceptor = options.acceptor;
    this.#agreement = options.agreement;
    this.#catchUp = options.catchUp;
  }

  onMessage(from: PeerId, message: LeaderMessage<V>, step: Step<V>): void {
    switch (message.type) {
      case 'preVote':
        this.#onPreVote(from, message, step);
        break;
      case 'preVoteGranted':
        this.#prepareLog(this.#leader.onPreVoteGranted(from, message.id, step), step);
        break;
      case 'prepareLog':
        this.#onPrepareLog(from, message, step);
        break;
      case 'logPromised':
        this.#onLogPromised(from, message, step);
        break;
      case 'logRejected':
        this.#leader.onHigherBallot(message.promised, step.now);
        break;
      case 'heartbeat':
        this.#onHeartbeat(from, message, step);
        break;
      case 'heartbeatAck':
        break;
      case 'transferLeadership':
        this.#prepareLog(this.#leader.onTransferLeadership(step), step);
        break;
    }
  }

  /** Reads signs of a leader from a message about an instance, before agreement handles it. */
  observe(from: PeerId, message: InstanceMessage<V>, now: number): void {
    if (message.type === 'rejected' && message.logPromise)
      this.#leader.onHigherBallot(message.logPromise, now);
    if (message.type !== 'accept' || from !== message.ballot.peer) return;
    const { ballot, seq } = message;
    const isLeaders =
      isSameBallot(this.#acceptor.logPromise, ballot) || this.#leader.follows(ballot);
    // Only a leader begins an instance at the ballot of a log promise. A former leader still finishes what
    // it has begun, so an Accept in a known instance is no sign of a leader.
    if (isLeaders && seq > this.#agreement.max) this.#leader.onLeaderHeard(ballot, now);
  }

  wake(step: Step<V>): void {
    const message = this.#leader.wake(step.now);
    if (message?.type === 'heartbeat') this.#sendHeartbeat(message.ballot, step);
    else if (message) for (const to of this.#peers) step.sendNow(to, message);
  }

  /** The host stops: lets another peer lead at once, instead of after the silence timeout. */
  stepDown(step: Step<V>): void {
    const transfer = this.#leader.stepDown();
    if (transfer) step.sendNow(transfer.to, transfer.message);
  }

  #onPreVote(from: PeerId, { id }: PreVote, step: Step<V>): void {
    const { ownBallot } = this.#leader;
    // A peer that was away during the election learns the leader here: under load no heartbeats are sent.
    if (ownBallot) step.sendNow(from, { type: 'heartbeat', ballot: ownBallot });
    else if (from === this.#me || this.#leader.grantsPreVote(from, step.now))
      step.sendNow(from, { type: 'preVoteGranted', id });
  }

  #onPrepareLog(from: PeerId, message: PrepareLog, step: Step<V>): void {
    const answer = this.#agreement.promiseLog(message, step);
    if (answer.type === 'logRejected') {
      step.sendNow(from, answer);
      return;
    }
    this.#leader.onLeaderHeard(message.ballot, step.now);
    this.#leader.reserveNextBallot(message.ballot, step);
    step.sendAfter(from, answer);
  }

  #onLogPromised(from: PeerId, message: LogPromised<V>, step: Step<V>): void {
    if (!this.#leader.onLogPromised(from, message, step.now)) return;
    for (const proposal of this.#leader.reportedVotes()) this.#agreement.propose(proposal, step);
    this.#agreement.proposeOpen(step);
    this.wake(step);
  }

  #onHeartbeat(from: PeerId, { ballot, knownUpTo = -1 }: Heartbeat, step: Step<V>): void {
    const promised = this.#acceptor.logPromise;
    if (promised && isLower(ballot, promised)) {
      step.sendNow(from, { type: 'logRejected', ballot, promised });
    } else {
      step.sendNow(from, { type: 'heartbeatAck', ballot });
      this.#leader.onLeaderHeard(ballot, step.now);
      this.#leader.reserveNextBallot(ballot, step);
    }
    this.#catchUp.onKnownUpTo(from, knownUpTo, step);
  }

  #prepareLog(request: PrepareLog | undefined, step: Step<V>): void {
    if (!request) return;
    for (const to of this.#peers) {
      // Safety: a ballot is durable before it is sent, so a restarted peer can never use it twice.
      if (this.#ballots.isDurable(request.ballot)) step.sendNow(to, request);
      else step.sendAfter(to, request);
    }
  }

  #sendHeartbeat(ballot: Ballot, step: Step<V>): void {
    const { knownUpTo } = this.#agreement;
    for (const to of this.#peers) {
      if (to !== this.#me) step.sendNow(to, { type: 'heartbeat', ballot, knownUpTo });
    }
  }
}
