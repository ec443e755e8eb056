/**
 * Peer: one participant behind `step`. It knows who speaks and whether that still counts, takes part
 * in agreement if it has the memory for it, and forgets what nobody needs.
 */
import type { Random } from '../environment.ts';
import { assert } from './assert.ts';
import type { PeerId } from './ballot.ts';
import { Rounds } from './ballot-allocator.ts';
import { Survey } from './commit/quorum-read.ts';
import { Retention } from './commit/truncation.ts';
import {
  type Decision,
  type DurableWrite,
  type Effects,
  type Memory,
  noEffects,
  type Write,
} from './effects.ts';
import { Agreement } from './instance/agreement.ts';
import type { Status } from './instance/learner.ts';
import { Election } from './leader/election.ts';
import { Leadership } from './leader/leader.ts';
import type { Admit, Survey as SurveyRequest } from './messages/group.ts';
import { type Accept, type Envelope, isAnswer, type Message } from './messages/message.ts';
import { Outbox } from './outbox.ts';
import { Membership } from './recovery/participation.ts';
import { earliest, Patience } from './timeouts.ts';

export type PeerEvent<V> =
  /** The host wants `seq` decided, by preference as `value`. */
  | { readonly type: 'propose'; readonly seq: number; readonly value: V }
  | { readonly type: 'receive'; readonly envelope: Envelope<V> }
  /** No answer will come to this request of ours. */
  | { readonly type: 'undeliverable'; readonly envelope: Envelope<V> }
  /** The host needs nothing at or below `seq` any more. */
  | { readonly type: 'done'; readonly seq: number }
  /** The host waits for `seq`, of which the leader may know. */
  | { readonly type: 'ask'; readonly seq: number }
  /** The host wants to know how far anything may have been decided. */
  | { readonly type: 'survey' }
  /** The connection to this peer ended. A hint: it may be gone. */
  | { readonly type: 'lost'; readonly peer: PeerId }
  /** The host knows of somebody who waits for a decision of this peer. */
  | { readonly type: 'tell' }
  /** The host is about to stop. */
  | { readonly type: 'resign' }
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
  /** Whether this peer leads when nobody else does. By default no peer leads, and each proposes alone. */
  readonly isCandidate?: boolean;
}

export class Peer<V> {
  readonly #me: PeerId;
  readonly #peerCount: number;
  readonly #retention: Retention;
  readonly #membership: Membership;
  readonly #leadership: Leadership<V>;
  readonly #agreement: Agreement<V>;
  readonly #election: Election<V>;
  readonly #survey: Survey;
  #turn: number;

  constructor({ me, peerCount, random, memory, isCandidate = false }: PeerOptions<V>) {
    const patience = new Patience(random);
    this.#me = me;
    this.#peerCount = peerCount;
    this.#turn = memory.turn;
    this.#retention = new Retention(me, peerCount);
    const membership = { me, peerCount, patience, random, memory: memory.state };
    this.#membership = new Membership(membership);
    const rounds = new Rounds(me);
    const leadership = new Leadership<V>({ me, peerCount, rounds, random, isCandidate });
    const roles = { rounds, leadership, retention: this.#retention, patience };
    this.#leadership = leadership;
    this.#agreement = new Agreement({ me, peerCount, ...roles });
    this.#survey = new Survey({ me, peerCount, patience, random, agreement: this.#agreement });
    this.#election = new Election({ me, peerCount, leadership, agreement: this.#agreement });
    for (const write of memory.writes) this.#restore(write);
    this.#agreement.keepOut(this.#membership.fence);
    this.#agreement.forgetBelow(this.min);
  }

  step(event: PeerEvent<V>, now: number): Effects<V> {
    const effects = noEffects<V>();
    const outbox = new Outbox(this.#envelopeTo, effects);
    const minBefore = this.min;
    this.#membership.begin(outbox);
    this.#route(event, now, outbox);
    if (this.min > minBefore) {
      this.#agreement.forgetBelow(this.min);
      outbox.note({ type: 'forgotten', min: this.min });
    }
    if (effects.persist.length > 0) this.#membership.note(outbox);
    return effects;
  }

  /** When this peer next wants a `wake`, in milliseconds of the clock given to `step`. */
  wakeAt(): number | undefined {
    const election = this.isMember ? this.#leadership.wakeAt() : undefined;
    const [agreement, survey] = [this.#agreement.wakeAt(), this.#survey.wakeAt()];
    return earliest([agreement, this.#membership.wakeAt(), survey, election]);
  }

  status(seq: number): Status<V> {
    return this.#agreement.status(seq);
  }

  /** Whether this peer takes part. One without memory does not, until the others admitted it. */
  get isMember(): boolean {
    return this.#membership.isMember;
  }

  /** Who leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#leadership.leader;
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
    const mark = this.#membership.mark(to, this.#turn);
    return { from: this.#me, to, done, min, mark, message };
  };

  #restore(write: Write<V>): void {
    if (write.type === 'life' || write.type === 'met') this.#membership.restore(write);
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
      case 'ask':
        this.#agreement.catchUp.ask(this.leader, event.seq, now, outbox);
        break;
      case 'survey':
        if (this.isMember) this.#survey.begin(now, outbox);
        break;
      case 'lost':
        this.#leadership.lost(event.peer, now);
        break;
      case 'tell':
        this.#agreement.tell(now, outbox);
        break;
      case 'resign':
        this.#agreement.tellAll(outbox);
        this.#election.resign(outbox);
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

  #wake(now: number, outbox: Outbox<V>): void {
    this.#membership.wake(now, outbox);
    this.#takePart(outbox);
    this.#agreement.wake(now, outbox);
    this.#survey.wake(now, outbox);
    if (this.isMember) this.#election.wake(now, outbox);
  }

  /** In as much as its memory allows. */
  #takePart(outbox: Outbox<V>): void {
    this.#agreement.keepOut(this.#membership.fence);
    this.#agreement.skipRounds(this.#membership.round, outbox);
  }

  #receive(envelope: Envelope<V>, now: number, outbox: Outbox<V>): void {
    const { from, to, done, min, mark, message } = envelope;
    assert(to === this.#me, 'a message reaches the peer it is for');
    assert(from >= 0 && from < this.#peerCount, 'a sender is a member');
    if (from !== this.#me && message.type !== 'admit') {
      // Safety: what was said in a life that is over may contradict what that peer says now.
      if (this.#membership.isOver(from, mark)) return;
      const loss = this.#membership.lossToldBy(from, mark, this.#turn);
      if (loss !== undefined) {
        outbox.stop(loss);
        return;
      }
      for (const peer of this.#membership.heard(from, mark)) this.#disregard(peer, now);
      if (message.type === 'accept' && this.#membership.isBehind(mark)) {
        this.#refuse(from, message, outbox);
        return;
      }
    }
    if (isAnswer(message)) this.#leadership.answered(from, now);
    this.#retention.heard(from, done, min);
    // Below min nobody can tell: catching up goes on above it.
    this.#agreement.needless(this.min);
    this.#onMessage(from, message, now, outbox);
    this.#agreement.catchUp.heard(from, done, now, outbox);
  }

  #disregard(peer: PeerId, now: number): void {
    this.#leadership.disregard(peer, now);
    this.#agreement.disregard(peer);
    this.#survey.disregard(peer);
  }

  /**
   * Safety: a leader that has not heard of a new life may rest on a promise for the whole log that the
   * peer gave in its former one. The answer tells of the new life, and whoever asked begins anew.
   */
  #refuse(from: PeerId, { seq, ballot }: Accept<V>, outbox: Outbox<V>): void {
    outbox.sendNow(from, { type: 'rejected', seq, ballot, promised: ballot });
  }

  #onMessage(from: PeerId, message: Message<V>, now: number, outbox: Outbox<V>): void {
    switch (message.type) {
      case 'admit':
        this.#onAdmit(from, message, now, outbox);
        break;
      case 'admitted':
        this.#membership.onAdmitted(from, message, outbox);
        this.#takePart(outbox);
        break;
      case 'outlived':
        this.#membership.onOutlived(message, outbox);
        break;
      case 'survey':
        if (this.isMember) this.#onSurvey(from, message, now, outbox);
        break;
      case 'surveyed':
        this.#survey.onSurveyed(from, message, outbox);
        this.#agreement.onSurveyed(from, message, now, outbox);
        break;
      case 'canvass':
      case 'endorsed':
      case 'lead':
      case 'followed':
      case 'outbid':
      case 'heartbeat':
      case 'alive':
      case 'succeed':
        if (this.isMember) this.#election.onMessage(from, message, now, outbox);
        break;
      default:
        this.#election.overhear(from, message, now);
        this.#agreement.onMessage(from, message, now, outbox);
    }
  }

  /** Who asks for a reader waits for the decisions, too. */
  #onSurvey(from: PeerId, message: SurveyRequest, now: number, outbox: Outbox<V>): void {
    this.#survey.onSurvey(from, message, outbox);
    this.#agreement.tell(now, outbox);
  }

  #onAdmit(from: PeerId, request: Admit, now: number, outbox: Outbox<V>): void {
    const experience = { max: this.max, round: this.#agreement.logPromise?.round ?? 0 };
    const isRecorded = this.#membership.onAdmit(from, request, experience, outbox);
    if (isRecorded) this.#disregard(from, now);
  }
}
