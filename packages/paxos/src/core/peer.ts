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
import type { Answer, Decided, Envelope, Learned, Message, Request } from './messages.ts';
import { Outbox } from './outbox.ts';
import { Patience } from './patience.ts';
import { Proposer, type Win } from './proposer.ts';
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
  #max = -1;

  constructor({ me, peerCount, random, memory }: PeerOptions<V>) {
    const patience = new Patience(random);
    this.#me = me;
    this.#peerCount = peerCount;
    this.#retention = new Retention(me, peerCount);
    this.#rounds = new Rounds(me);
    this.#proposer = new Proposer(peerCount, this.#rounds, patience);
    this.#catchUp = new CatchUp(this.#learner, patience);
    for (const write of memory) this.#restore(write);
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
    return this.#proposer.wakeAt();
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
        return this.#propose(event.seq, event.value, now, outbox);
      case 'receive':
        return this.#receive(event.envelope, now, outbox);
      case 'undeliverable':
        return this.#proposer.onUndeliverable(event.envelope, now);
      case 'done':
        this.#learner.needless(event.seq + 1);
        return this.#retention.doneHere(event.seq);
      case 'persisted':
        for (const write of event.writes) {
          if (write.type === 'reserved') this.#rounds.onPersisted(write.round);
        }
        return;
      case 'wake':
        return this.#proposer.wake(now, outbox);
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
    this.#onMessage(from, message, now, outbox);
    this.#catchUp.heard(from, done, now, outbox);
  }

  #onMessage(from: PeerId, message: Message<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'prepare':
      case 'accept':
      case 'decided':
      case 'learn':
        return this.#onRequest(from, message, outbox);
      case 'promised':
        return this.#proposer.onPromised(from, message, now, outbox);
      case 'rejected':
        return this.#proposer.onRejected(message, now);
      case 'accepted':
        return this.#onWin(this.#proposer.onAccepted(from, message), outbox);
      case 'learned':
        return this.#onLearned(from, message, outbox);
      case 'forgotten':
        return this.#catchUp.onLearned(from, message.seq);
    }
  }

  #onRequest(from: PeerId, request: Request<V>, outbox: Outbox<V>): void {
    const { seq } = request;
    if (seq < this.min) {
      // Safety: a forgotten instance is refused. A fresh record could vote for a second value.
      if (request.type !== 'decided') outbox.sendNow(from, { type: 'forgotten', seq });
      return;
    }
    this.#max = Math.max(this.#max, seq);
    if (request.type === 'decided') return this.#onDecided(request, outbox);
    const values = this.#learner.run(seq, request.type === 'learn' ? request.count : 1);
    if (values.length > 0) return outbox.sendNow(from, { type: 'learned', seq, values });
    if (request.type === 'learn') return;
    this.#answer(
      from,
      request.type === 'prepare'
        ? this.#acceptor.onPrepare(request, outbox)
        : this.#acceptor.onAccept(request, outbox),
      outbox,
    );
  }

  #answer(to: PeerId, answer: Answer<V>, outbox: Outbox<V>): void {
    // A refusal vouches for nothing: whoever reads it only tries a higher ballot.
    if (answer.type === 'rejected') outbox.sendNow(to, answer);
    else outbox.sendAfter(to, answer);
  }

  #onWin(win: Win<V> | undefined, outbox: Outbox<V>): void {
    if (!win) return;
    const { seq, ballot, value, voters } = win;
    for (let to = 0; to < this.#peerCount; to += 1) {
      if (to === this.#me) continue;
      outbox.sendNow(to, { type: 'decided', seq, ballot, ...(voters.has(to) ? {} : { value }) });
    }
    this.#decide(seq, value, outbox);
  }

  #onDecided({ seq, ballot, value }: Decided<V>, outbox: Outbox<V>): void {
    if (value !== undefined) return this.#decide(seq, value, outbox);
    const vote = this.#acceptor.vote(seq);
    // Safety: a vote of an older ballot may be for another value. At the decided ballot or above it,
    // every vote is for the decided value (P2b).
    if (vote && !isLower(vote.ballot, ballot)) this.#decide(seq, vote.value, outbox);
  }

  #onLearned(from: PeerId, { seq, values }: Learned<V>, outbox: Outbox<V>): void {
    values.forEach((value, index) => {
      if (seq + index >= this.min) this.#decide(seq + index, value, outbox);
    });
    this.#catchUp.onLearned(from, seq);
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

  #restore(write: Write<V>): void {
    if (write.type === 'reserved') return this.#rounds.restore(write.round);
    if (write.type === 'forgotten') {
      this.#max = Math.max(this.#max, write.min - 1);
      return this.#retention.restore(write.min);
    }
    this.#max = Math.max(this.#max, write.seq);
    if (write.type !== 'decided') return this.#acceptor.restore(write);
    const value = write.value ?? this.#acceptor.vote(write.seq)?.value;
    assert(value !== undefined, `the decision of instance ${write.seq} has a value or an own vote`);
    this.#learner.learn(write.seq, value);
    this.#acceptor.release(write.seq);
  }

  #forgetBelow(min: number): void {
    this.#acceptor.forgetBelow(min);
    this.#learner.forgetBelow(min);
    this.#proposer.forgetBelow(min);
  }
}
