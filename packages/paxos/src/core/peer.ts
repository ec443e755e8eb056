/**
 * Peer: the roles of one participant behind `step`. It routes each event to the roles and puts what
 * they answer into envelopes; the rules of Paxos are in the roles.
 */
import type { Random } from '../environment.ts';
import { Acceptor } from './acceptor.ts';
import { assert } from './assert.ts';
import { isLower, type PeerId } from './ballot.ts';
import { CatchUp } from './catch-up.ts';
import {
  type Decision,
  type DurableWrite,
  type Effects,
  noEffects,
  type Write,
} from './effects.ts';
import { Learner } from './learner.ts';
import type {
  Accept,
  Accepted,
  Decided,
  Envelope,
  Learned,
  Message,
  Prepare,
  Request,
} from './messages.ts';
import { News } from './news.ts';
import { Outbox } from './outbox.ts';
import { Patience } from './patience.ts';
import { Proposer } from './proposer.ts';
import { recall } from './recall.ts';
import { Retention } from './retention.ts';
import { Rounds } from './rounds.ts';

export type PeerEvent<V> =
  /** The host wants `seq` decided, by preference as `value`. */
  | { readonly type: 'propose'; readonly seq: number; readonly value: V }
  | { readonly type: 'receive'; readonly envelope: Envelope<V> }
  /** No answer will come to this request of ours. */
  | { readonly type: 'undeliverable'; readonly envelope: Envelope<V> }
  /** The host needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly seq: number }
  /** These writes are durable now. */
  | { readonly type: 'persisted'; readonly writes: readonly DurableWrite<V>[] }
  /** The time of `wakeAt()` has come. */
  | { readonly type: 'wake' };

/** What becomes of an instance, as far as this peer knows. */
export type Status<V> =
  | { readonly fate: 'decided'; readonly value: V }
  | { readonly fate: 'pending' }
  | { readonly fate: 'forgotten' };

export interface PeerOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  /** What an earlier run of this peer has written, in order. */
  readonly memory: Iterable<Write<V>>;
}

export class Peer<V> {
  readonly #me: PeerId;
  readonly #peerCount: number;
  readonly #retention: Retention;
  readonly #rounds: Rounds;
  readonly #acceptor = new Acceptor<V>();
  readonly #learner = new Learner<V>();
  readonly #proposer: Proposer<V>;
  readonly #catchUp: CatchUp<V>;
  readonly #news: News<V>;
  #max = -1;

  constructor({ me, peerCount, random, memory }: PeerOptions<V>) {
    const patience = new Patience(random);
    this.#me = me;
    this.#peerCount = peerCount;
    this.#retention = new Retention(me, peerCount);
    this.#rounds = new Rounds(me);
    this.#proposer = new Proposer(peerCount, this.#rounds, patience);
    this.#catchUp = new CatchUp(this.#learner, patience);
    this.#news = new News(patience);
    const roles = {
      rounds: this.#rounds,
      retention: this.#retention,
      acceptor: this.#acceptor,
      learner: this.#learner,
    };
    for (const write of memory) this.#max = Math.max(this.#max, recall(write, roles));
    this.#forgetBelow(this.min);
  }

  step(event: PeerEvent<V>, now: number): Effects<V> {
    const effects = noEffects<V>();
    const outbox = new Outbox(this.#me, this.#retention, effects);
    const minBefore = this.min;
    this.#route(event, now, outbox);
    if (this.min > minBefore) {
      this.#forgetBelow(this.min);
      outbox.note({ type: 'forgotten', min: this.min });
    }
    return effects;
  }

  /** When this peer next wants a `wake`, in milliseconds of the clock given to `step`. */
  wakeAt(): number | undefined {
    const times = [this.#proposer.wakeAt(), this.#news.wakeAt()];
    const earliest = Math.min(...times.map((time) => time ?? Infinity));
    return earliest === Infinity ? undefined : earliest;
  }

  status(seq: number): Status<V> {
    if (seq < this.min) return { fate: 'forgotten' };
    const decision = this.#learner.decision(seq);
    return decision ? { fate: 'decided', value: decision.value } : { fate: 'pending' };
  }

  /** The highest seq proposed here or seen in any message, or −1. Never sinks. */
  get max(): number {
    return this.#max;
  }

  /** The lowest seq still remembered. Never sinks. */
  get min(): number {
    return this.#retention.min;
  }

  /** Every decision known and not forgotten, in order of seq. */
  decisions(): Decision<V>[] {
    return this.#learner.decisions();
  }

  #route(event: PeerEvent<V>, now: number, outbox: Outbox<V>): void {
    switch (event.type) {
      case 'propose':
        this.#propose(event.seq, event.value, now, outbox);
        break;
      case 'receive':
        this.#receive(event.envelope, now, outbox);
        break;
      case 'undeliverable':
        this.#onUndeliverable(event.envelope, now);
        break;
      case 'done':
        this.#learner.needless(event.seq + 1);
        this.#retention.doneHere(event.seq);
        break;
      case 'persisted':
        this.#onPersisted(event.writes);
        break;
      case 'wake':
        this.#wake(now, outbox);
        break;
    }
  }

  #propose(seq: number, value: V, now: number, outbox: Outbox<V>): void {
    if (seq < this.min) return;
    this.#max = Math.max(this.#max, seq);
    if (this.#learner.knows(seq)) return;
    const promised = this.#acceptor.promised(seq);
    this.#proposer.propose({ seq, value, promised }, now, outbox);
  }

  #receive(envelope: Envelope<V>, now: number, outbox: Outbox<V>): void {
    const { from, to, done, min, message } = envelope;
    assert(to === this.#me, 'a message reaches the peer it is for');
    assert(from >= 0 && from < this.#peerCount, 'a sender is a member');
    this.#retention.heard(from, done, min);
    // Below min nobody can tell: catching up goes on above it.
    this.#learner.needless(this.min);
    this.#onMessage(from, message, now, outbox);
    this.#catchUp.heard(from, done, now, outbox);
  }

  #onMessage(from: PeerId, message: Message<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'prepare':
      case 'accept':
      case 'decided':
      case 'learn':
        this.#onRequest(from, message, outbox);
        break;
      case 'promised':
        this.#proposer.onPromised(from, message, now, outbox);
        break;
      case 'rejected':
        this.#proposer.onRejected(message, now);
        break;
      case 'accepted':
        this.#onAccepted(from, message, outbox);
        break;
      case 'learned':
        this.#onLearned(from, message, outbox);
        break;
      case 'forgotten':
        this.#catchUp.onLearned(from, message.seq);
        break;
    }
  }

  #onRequest(from: PeerId, request: Request<V>, outbox: Outbox<V>): void {
    const { seq } = request;
    // Safety: a forgotten instance is refused. A fresh record could vote for a second value.
    if (seq < this.min) {
      if (request.type !== 'decided') outbox.sendNow(from, { type: 'forgotten', seq });
      return;
    }
    this.#max = Math.max(this.#max, seq);
    if (request.type === 'decided') {
      this.#onDecided(request, outbox);
      return;
    }
    const values = this.#learner.run(seq, request.type === 'learn' ? request.count : 1);
    if (values.length > 0) outbox.sendNow(from, { type: 'learned', seq, values });
    else if (request.type !== 'learn') this.#vote(from, request, outbox);
  }

  #vote(from: PeerId, request: Prepare | Accept<V>, outbox: Outbox<V>): void {
    const answer =
      request.type === 'prepare'
        ? this.#acceptor.onPrepare(request, outbox)
        : this.#acceptor.onAccept(request, outbox);
    // A refusal vouches for nothing: whoever reads it only tries a higher ballot.
    if (answer.type === 'rejected') outbox.sendNow(from, answer);
    else outbox.sendAfter(from, answer);
  }

  #onAccepted(from: PeerId, message: Accepted, outbox: Outbox<V>): void {
    const win = this.#proposer.onAccepted(from, message);
    if (!win) return;
    const { seq, ballot, value, voters } = win;
    for (let to = 0; to < this.#peerCount; to += 1) {
      if (to === this.#me) continue;
      outbox.sendNow(to, { type: 'decided', seq, ballot, ...(voters.has(to) ? {} : { value }) });
    }
    this.#decide(seq, value, outbox);
  }

  #onDecided({ seq, ballot, value }: Decided<V>, outbox: Outbox<V>): void {
    const vote = this.#acceptor.vote(seq);
    // Safety: a vote of an older ballot may be for another value. At the decided ballot or above it,
    // every vote is for the decided value (P2b).
    if (value !== undefined) this.#decide(seq, value, outbox);
    else if (vote && !isLower(vote.ballot, ballot)) this.#decide(seq, vote.value, outbox);
  }

  #onLearned(from: PeerId, { seq, values }: Learned<V>, outbox: Outbox<V>): void {
    values.forEach((value, index) => {
      if (seq + index >= this.min) this.#pass(seq + index, value, from, outbox);
    });
    this.#catchUp.onLearned(from, seq);
  }

  /** What a proposer learns instead of winning is news to whoever only heard its own requests. */
  #pass(seq: number, value: V, teller: PeerId, outbox: Outbox<V>): void {
    const ballot = this.#proposer.ballot(seq);
    for (let to = 0; ballot && to < this.#peerCount; to += 1) {
      if (to === this.#me || to === teller) continue;
      outbox.sendNow(to, { type: 'decided', seq, ballot, value });
    }
    this.#decide(seq, value, outbox);
  }

  #decide(seq: number, value: V, outbox: Outbox<V>): void {
    this.#max = Math.max(this.#max, seq);
    if (!this.#learner.learn(seq, value)) return;
    const isOwnVote = this.#acceptor.vote(seq)?.value === value;
    outbox.note({ type: 'decided', seq, ...(isOwnVote ? {} : { value }) });
    outbox.announce({ seq, value });
    this.#acceptor.release(seq);
    this.#proposer.release(seq);
  }

  #onUndeliverable(envelope: Envelope<V>, now: number): void {
    const { to, message } = envelope;
    if (message.type === 'decided') this.#news.onUndeliverable(to, message, now);
    else this.#proposer.onUndeliverable(envelope, now);
  }

  #wake(now: number, outbox: Outbox<V>): void {
    this.#proposer.wake(now, outbox);
    for (const { to, news } of this.#news.due(now)) outbox.sendNow(to, news);
  }

  #onPersisted(writes: readonly DurableWrite<V>[]): void {
    for (const write of writes) {
      if (write.type === 'reserved') this.#rounds.onPersisted(write.round);
    }
  }

  #forgetBelow(min: number): void {
    this.#acceptor.forgetBelow(min);
    this.#learner.forgetBelow(min);
    this.#proposer.forgetBelow(min);
  }
}
