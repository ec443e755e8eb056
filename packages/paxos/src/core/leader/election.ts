/**
 * Election: who leads. It carries what the messages about leadership say to the role of the leader and
 * to the acceptor's log promise, and lets a new leader go on with what was under way.
 */
import { isLower, isSameBallot, type PeerId } from '../ballot.ts';
import type { Agreement } from '../instance/agreement.ts';
import type { Canvass, Followed, Heartbeat, Lead, LeadershipMessage } from '../messages/group.ts';
import type { InstanceMessage, Message } from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import type { Leadership } from './leader.ts';

export interface ElectionOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly leadership: Leadership<V>;
  readonly agreement: Agreement<V>;
}

export class Election<V> {
  readonly #me: PeerId;
  readonly #peers: readonly PeerId[];
  readonly #leadership: Leadership<V>;
  readonly #agreement: Agreement<V>;

  constructor({ me, peerCount, leadership, agreement }: ElectionOptions<V>) {
    this.#me = me;
    this.#peers = Array.from({ length: peerCount }, (_, peer) => peer);
    this.#leadership = leadership;
    this.#agreement = agreement;
  }

  onMessage(from: PeerId, message: LeadershipMessage<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'canvass':
        this.#onCanvass(from, message, now, outbox);
        break;
      case 'endorsed':
        this.#askToLead(this.#leadership.onEndorsed(from, message.poll, now, outbox), outbox);
        break;
      case 'lead':
        this.#onLead(from, message, now, outbox);
        break;
      case 'followed':
        this.#onFollowed(from, message, now, outbox);
        break;
      case 'outbid':
        this.#leadership.outbid(message.promised, now);
        break;
      case 'heartbeat':
        this.#onHeartbeat(from, message, now, outbox);
        break;
      case 'alive':
        break;
      case 'succeed':
        this.#askToLead(this.#leadership.succeed(now, outbox), outbox);
        break;
    }
  }

  /** What messages about instances tell of the leader, on their way to agreement. */
  overhear(from: PeerId, message: InstanceMessage<V>, now: number): void {
    if (message.type === 'rejected' && message.log) this.#leadership.outbid(message.log, now);
    if (message.type !== 'accept' || from !== message.ballot.peer) return;
    const { ballot, seq } = message;
    const isLeaders =
      isSameBallot(this.#agreement.logPromise, ballot) || this.#leadership.follows(ballot);
    // Whoever begins an instance at the ballot of the log promise leads. What it began before it goes
    // on with also when it leads no more.
    if (isLeaders && seq > this.#agreement.max) this.#leadership.heardLeader(ballot, now);
  }

  wake(now: number, outbox: Outbox<V>): void {
    const message = this.#leadership.wake(now);
    if (message?.type === 'heartbeat') {
      this.#tellAll({ ...message, upTo: this.#agreement.knownUpTo }, outbox);
    } else if (message) this.#tellAll(message, outbox);
  }

  /** The host stops: another may lead at once, rather than when silence is noticed. */
  resign(outbox: Outbox<V>): void {
    const handOver = this.#leadership.resign();
    if (handOver) outbox.sendNow(handOver.to, { type: 'succeed', ballot: handOver.ballot });
  }

  #onCanvass(from: PeerId, { poll }: Canvass, now: number, outbox: Outbox<V>): void {
    const { ownBallot } = this.#leadership;
    // Who was away when this peer came to lead hears of it now: under load there is no other heartbeat.
    if (ownBallot) outbox.sendNow(from, { type: 'heartbeat', ballot: ownBallot });
    else if (from === this.#me || this.#leadership.endorses(from, now))
      outbox.sendNow(from, { type: 'endorsed', poll });
  }

  #onLead(from: PeerId, message: Lead, now: number, outbox: Outbox<V>): void {
    const answer = this.#agreement.follow(message, outbox);
    if (answer.type === 'outbid') {
      outbox.sendNow(from, answer);
      return;
    }
    this.#leadership.heardLeader(message.ballot, now);
    this.#leadership.standBy(message.ballot, outbox);
    outbox.sendAfter(from, answer);
  }

  #onFollowed(from: PeerId, message: Followed<V>, now: number, outbox: Outbox<V>): void {
    if (!this.#leadership.onFollowed(from, message, now)) return;
    for (const { seq, value } of this.#leadership.unfinished()) {
      this.#agreement.propose({ seq, value }, now, outbox);
    }
    this.#agreement.leadOn(now, outbox);
    this.wake(now, outbox);
  }

  #onHeartbeat(
    from: PeerId,
    { ballot, upTo = -1 }: Heartbeat,
    now: number,
    outbox: Outbox<V>,
  ): void {
    const promised = this.#agreement.logPromise;
    const isBeaten = promised !== undefined && isLower(ballot, promised);
    if (isBeaten) outbox.sendNow(from, { type: 'outbid', ballot, promised });
    else outbox.sendNow(from, { type: 'alive', ballot });
    if (!isBeaten) {
      this.#leadership.heardLeader(ballot, now);
      this.#leadership.standBy(ballot, outbox);
    }
    this.#agreement.catchUp.heard(from, upTo, now, outbox);
  }

  #askToLead(request: Lead | undefined, outbox: Outbox<V>): void {
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
      if (to !== this.#me || message.type === 'canvass') outbox.sendNow(to, message);
    }
  }
}
