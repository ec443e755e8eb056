/**
 * Election: who leads. It carries what the messages about leadership say to the role of the leader and
 * to the acceptor's log promise, and lets a new leader go on with what was under way.
 */
import { isLower, isSameBallot, type PeerId } from '../ballot.ts';
import type { Agreement } from '../instance/agreement.ts';
import type {
  Heartbeat,
  LeadershipMessage,
  LogPromised,
  PrepareLog,
  PreVote,
} from '../messages/group.ts';
import type { InstanceMessage, Message } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { Leader } from './leader.ts';

export interface ElectionOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly leader: Leader<V>;
  readonly agreement: Agreement<V>;
}

export class Election<V> {
  readonly #me: PeerId;
  readonly #peers: readonly PeerId[];
  readonly #leader: Leader<V>;
  readonly #agreement: Agreement<V>;

  constructor({ me, peerCount, leader, agreement }: ElectionOptions<V>) {
    this.#me = me;
    this.#peers = Array.from({ length: peerCount }, (_, peer) => peer);
    this.#leader = leader;
    this.#agreement = agreement;
  }

  onMessage(from: PeerId, message: LeadershipMessage<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'preVote':
        this.#onCanvass(from, message, now, outbox);
        break;
      case 'preVoteGranted':
        this.#askToLead(this.#leader.onPreVoteGranted(from, message.id, now, outbox), outbox);
        break;
      case 'prepareLog':
        this.#onLead(from, message, now, outbox);
        break;
      case 'logPromised':
        this.#onFollowed(from, message, now, outbox);
        break;
      case 'logRejected':
        this.#leader.onHigherBallot(message.promised, now);
        break;
      case 'heartbeat':
        this.#onHeartbeat(from, message, now, outbox);
        break;
      case 'heartbeatAck':
        break;
      case 'transferLeadership':
        this.#askToLead(this.#leader.takeOver(now, outbox), outbox);
        break;
    }
  }

  /** What messages about instances tell of the leader, on their way to agreement. */
  observe(from: PeerId, message: InstanceMessage<V>, now: number): void {
    if (message.type === 'rejected' && message.logPromise)
      this.#leader.onHigherBallot(message.logPromise, now);
    if (message.type !== 'accept' || from !== message.ballot.peer) return;
    const { ballot, seq } = message;
    const isLeaders =
      isSameBallot(this.#agreement.logPromise, ballot) || this.#leader.follows(ballot);
    // Whoever begins an instance at the ballot of the log promise leads. What it began before it goes
    // on with also when it leads no more.
    if (isLeaders && seq > this.#agreement.max) this.#leader.onLeaderHeard(ballot, now);
  }

  wake(now: number, outbox: Outbox<V>): void {
    const message = this.#leader.wake(now);
    if (message?.type === 'heartbeat') {
      this.#tellAll({ ...message, knownUpTo: this.#agreement.knownUpTo }, outbox);
    } else if (message) this.#tellAll(message, outbox);
  }

  /** The host stops: another may lead at once, rather than when silence is noticed. */
  stepDown(outbox: Outbox<V>): void {
    const handOver = this.#leader.stepDown();
    if (handOver)
      outbox.sendNow(handOver.to, { type: 'transferLeadership', ballot: handOver.ballot });
  }

  #onCanvass(from: PeerId, { id }: PreVote, now: number, outbox: Outbox<V>): void {
    const { ownBallot } = this.#leader;
    // Who was away when this peer came to lead hears of it now: under load there is no other heartbeat.
    if (ownBallot) outbox.sendNow(from, { type: 'heartbeat', ballot: ownBallot });
    else if (from === this.#me || this.#leader.grantsPreVote(from, now))
      outbox.sendNow(from, { type: 'preVoteGranted', id });
  }

  #onLead(from: PeerId, message: PrepareLog, now: number, outbox: Outbox<V>): void {
    const answer = this.#agreement.promiseLog(message, outbox);
    if (answer.type === 'logRejected') {
      outbox.sendNow(from, answer);
      return;
    }
    this.#leader.onLeaderHeard(message.ballot, now);
    this.#leader.reserveNextBallot(message.ballot, outbox);
    outbox.sendAfter(from, answer);
  }

  #onFollowed(from: PeerId, message: LogPromised<V>, now: number, outbox: Outbox<V>): void {
    if (!this.#leader.onLogPromised(from, message, now)) return;
    for (const { seq, value } of this.#leader.unfinished()) {
      this.#agreement.propose({ seq, value }, now, outbox);
    }
    this.#agreement.takeOver(now, outbox);
    this.wake(now, outbox);
  }

  #onHeartbeat(
    from: PeerId,
    { ballot, knownUpTo = -1 }: Heartbeat,
    now: number,
    outbox: Outbox<V>,
  ): void {
    const promised = this.#agreement.logPromise;
    const isBeaten = promised !== undefined && isLower(ballot, promised);
    if (isBeaten) outbox.sendNow(from, { type: 'logRejected', ballot, promised });
    else outbox.sendNow(from, { type: 'heartbeatAck', ballot });
    if (!isBeaten) {
      this.#leader.onLeaderHeard(ballot, now);
      this.#leader.reserveNextBallot(ballot, outbox);
    }
    this.#agreement.catchUp.observe(from, knownUpTo, now, outbox);
  }

  #askToLead(request: PrepareLog | undefined, outbox: Outbox<V>): void {
    if (!request) return;
    for (const to of this.#peers) {
      // Safety: a ballot is durable before anyone hears of it, so a restart can never use it twice.
      if (this.#agreement.isDurable(request.ballot)) outbox.sendNow(to, request);
      else outbox.sendAfter(to, request);
    }
  }

  #tellAll(message: Message<V>, outbox: Outbox<V>): void {
    // A canvass is answered by this peer, too; a heartbeat need not be.
    for (const to of this.#peers) {
      if (to !== this.#me || message.type === 'preVote') outbox.sendNow(to, message);
    }
  }
}
