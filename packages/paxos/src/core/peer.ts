/**
 * Peer: one participant behind `step`. It knows who speaks and whether that still counts, takes part
 * in agreement if it has the memory for it, and forgets what nobody needs.
 */
import type { Random } from '../environment.ts';
import { Agreement, type Status } from './agreement.ts';
import { assert } from './assert.ts';
import type { PeerId } from './ballot.ts';
import {
  type Decision,
  type DurableWrite,
  type Effects,
  type Memory,
  noEffects,
  type Write,
} from './effects.ts';
import { Lives } from './lives.ts';
import type { Admit, Envelope, MemoryMark, Message } from './messages.ts';
import { Outbox } from './outbox.ts';
import { Patience } from './patience.ts';
import { Rejoin } from './rejoin.ts';
import { Retention } from './retention.ts';

export type PeerEvent<V> =
  /** The host wants `seq` decided, by preference as `value`. */
  | { readonly type: 'propose'; readonly seq: number; readonly value: V }
  | { readonly type: 'receive'; readonly envelope: Envelope<V> }
  /** No answer will come to this request of ours. */
  | { readonly type: 'undeliverable'; readonly envelope: Envelope<V> }
  /** The host needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly seq: number }
  /** These writes are durable now: one more turn of the storage. */
  | { readonly type: 'persisted'; readonly writes: readonly DurableWrite<V>[] }
  /** The time of `wakeAt()` has come. */
  | { readonly type: 'wake' };

export interface PeerOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  /** What this peer remembers of earlier runs. */
  readonly memory: Memory<V>;
}

export class Peer<V> {
  readonly #me: PeerId;
  readonly #peerCount: number;
  readonly #retention: Retention;
  readonly #lives: Lives;
  readonly #rejoin: Rejoin;
  readonly #agreement: Agreement<V>;
  /** How this peer found its memory; later it is `kept`, by the first write. */
  #memory: Memory<V>['state'];
  #turn: number;

  constructor({ me, peerCount, random, memory }: PeerOptions<V>) {
    const patience = new Patience(random);
    this.#me = me;
    this.#peerCount = peerCount;
    this.#memory = memory.state;
    this.#turn = memory.turn;
    this.#retention = new Retention(me, peerCount);
    this.#lives = new Lives(me, peerCount);
    this.#rejoin = new Rejoin({ me, peerCount, lives: this.#lives, patience, random });
    this.#agreement = new Agreement({ me, peerCount, retention: this.#retention, patience });
    for (const write of memory.writes) this.#restore(write);
    this.#agreement.keepOut(memory.state === 'kept' ? this.#rejoin.fence : Infinity);
    this.#agreement.forgetBelow(this.min);
  }

  step(event: PeerEvent<V>, now: number): Effects<V> {
    const effects = noEffects<V>();
    const outbox = new Outbox(this.#envelopeTo, effects);
    const minBefore = this.min;
    if (this.#memory !== 'kept') this.#beginLife(this.#memory === 'new', outbox);
    this.#route(event, now, outbox);
    if (this.min > minBefore) {
      this.#agreement.forgetBelow(this.min);
      outbox.note({ type: 'forgotten', min: this.min });
    }
    if (effects.persist.length > 0) this.#lives.note(outbox);
    return effects;
  }

  /** When this peer next wants a `wake`, in milliseconds of the clock given to `step`. */
  wakeAt(): number | undefined {
    if (this.#memory !== 'kept') return -Infinity;
    const times = [this.#agreement.wakeAt(), this.#rejoin.wakeAt()];
    const earliest = Math.min(...times.map((time) => time ?? Infinity));
    return earliest === Infinity ? undefined : earliest;
  }

  status(seq: number): Status<V> {
    return this.#agreement.status(seq);
  }

  /** Whether this peer takes part. One without memory does not, until the others admitted it. */
  get isMember(): boolean {
    return this.#memory === 'kept' && this.#rejoin.isMember;
  }

  /** The highest seq proposed here or seen in any message, or −1. Never sinks. */
  get max(): number {
    return this.#agreement.max;
  }

  /** The lowest seq still remembered. Never sinks. */
  get min(): number {
    return this.#retention.min;
  }

  /** How many writes its storage has made durable, of all its runs. */
  get turn(): number {
    return this.#turn;
  }

  /** Every decision known and not forgotten, in order of seq. */
  decisions(): Decision<V>[] {
    return this.#agreement.decisions();
  }

  readonly #envelopeTo = (to: PeerId, message: Message<V>): Envelope<V> => {
    const { done, min } = this.#retention;
    return { from: this.#me, to, done, min, mark: this.#lives.mark(to, this.#turn), message };
  };

  #restore(write: Write<V>): void {
    if (write.type === 'life') this.#rejoin.restore(write);
    else if (write.type === 'met') this.#lives.restore(write);
    else this.#agreement.restore(write);
  }

  #route(event: PeerEvent<V>, now: number, outbox: Outbox<V>): void {
    switch (event.type) {
      case 'propose':
        this.#agreement.propose(event, now, outbox);
        break;
      case 'receive':
        this.#receive(event.envelope, now, outbox);
        break;
      case 'undeliverable':
        this.#agreement.onUndeliverable(event.envelope, now);
        break;
      case 'done':
        this.#agreement.needless(event.seq + 1);
        this.#retention.doneHere(event.seq);
        break;
      case 'persisted':
        this.#turn += 1;
        this.#agreement.onPersisted(event.writes);
        break;
      case 'wake':
        this.#wake(now, outbox);
        break;
    }
  }

  /** Before anything is said, so that nothing is ever said outside of a life. */
  #beginLife(isNew: boolean, outbox: Outbox<V>): void {
    this.#rejoin.begin(isNew, outbox);
    this.#memory = 'kept';
  }

  #wake(now: number, outbox: Outbox<V>): void {
    this.#rejoin.wake(now, outbox);
    this.#agreement.keepOut(this.#rejoin.fence);
    this.#agreement.wake(now, outbox);
  }

  #receive(envelope: Envelope<V>, now: number, outbox: Outbox<V>): void {
    const { from, to, done, min, mark, message } = envelope;
    assert(to === this.#me, 'a message reaches the peer it is for');
    assert(from >= 0 && from < this.#peerCount, 'a sender is a member');
    if (from !== this.#me && message.type !== 'admit') {
      // Safety: what was said in a life that is over may contradict what that peer says now.
      if (this.#lives.isOver(from, mark)) return;
      const loss = this.#memoryLoss(from, mark);
      if (loss !== undefined) {
        outbox.stop(loss);
        return;
      }
      for (const peer of this.#lives.heard(from, mark)) this.#agreement.disregard(peer);
    }
    this.#retention.heard(from, done, min);
    // Below min nobody can tell: catching up goes on above it.
    this.#agreement.needless(this.min);
    this.#onMessage(from, message, now, outbox);
    this.#agreement.onDone(from, done, now, outbox);
  }

  /** Others may remember more of this peer than it does: a lost tail, or a copy of former times. */
  #memoryLoss(from: PeerId, { lives, heard }: MemoryMark): string | undefined {
    if (!this.isMember) return undefined;
    const life = lives[this.#me] ?? 0;
    const { own } = this.#lives;
    if (life > own) return `peer ${from} knows life ${life} of this peer, which leads life ${own}`;
    if (life < own || heard <= this.#turn) return undefined;
    return `peer ${from} heard turn ${heard} of this peer, which remembers ${this.#turn}`;
  }

  #onMessage(from: PeerId, message: Message<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'admit':
        this.#onAdmit(from, message, outbox);
        break;
      case 'admitted':
        this.#rejoin.onAdmitted(from, message, outbox);
        this.#agreement.keepOut(this.#rejoin.fence);
        break;
      case 'outlived':
        this.#rejoin.onOutlived(message, outbox);
        break;
      default:
        this.#agreement.onMessage(from, message, now, outbox);
    }
  }

  #onAdmit(from: PeerId, request: Admit, outbox: Outbox<V>): void {
    const { life, attempt } = request;
    const admission = this.#lives.admit(from, request, outbox);
    if (admission === undefined) {
      const latest = this.#lives.latest(from);
      outbox.sendAfter(from, { type: 'outlived', life, attempt, latest });
      return;
    }
    this.#agreement.disregard(from);
    const { isNew } = admission;
    const { isMember, max } = this;
    outbox.sendAfter(from, { type: 'admitted', life, attempt, isMember, isNew, max });
  }
}
