/**
 * Peer: one participant behind `step`. It knows who speaks and whether that still counts, takes part
 * in agreement if it has the memory for it, and forgets what nobody needs.
 */
import type { Random } from '../environment.ts';
import { assert } from './assert.ts';
import type { PeerId } from './ballot.ts';
import { BallotAllocator } from './ballot-allocator.ts';
import { QuorumRead } from './commit/quorum-read.ts';
import { Truncation } from './commit/truncation.ts';
import { type Decision, type Effects, type Memory, noEffects, type Write } from './effects.ts';
import type { PeerEvent } from './events.ts';
import { Agreement } from './instance/agreement.ts';
import type { Status } from './instance/learner.ts';
import { Election } from './leader/election.ts';
import { Leader } from './leader/leader.ts';
import type { Admit, ReadIndex as SurveyRequest } from './messages/group.ts';
import { type Accept, type Envelope, isAnswer, type Message } from './messages/message.ts';
import { Outbox } from './outbox.ts';
import { Participation } from './recovery/participation.ts';
import { earliest, RetryDelays } from './timeouts.ts';

/** What a peer is made of. */
export interface PeerOptions<V> {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly random: Random;
  /** What this peer remembers of earlier runs. */
  readonly memory: Memory<V>;
  /** Whether this peer leads when nobody else does. By default no peer leads, and each proposes alone. */
  readonly isCandidate?: boolean;
}

/** One participant as a state machine: events in, effects out, no I/O. */
export class Peer<V> {
  readonly #me: PeerId;
  readonly #peerCount: number;
  readonly #truncation: Truncation;
  readonly #participation: Participation;
  readonly #leader: Leader<V>;
  readonly #agreement: Agreement<V>;
  readonly #election: Election<V>;
  readonly #quorumRead: QuorumRead;
  #writeIndex: number;

  constructor({ me, peerCount, random, memory, isCandidate = false }: PeerOptions<V>) {
    const delays = new RetryDelays(random);
    this.#me = me;
    this.#peerCount = peerCount;
    this.#writeIndex = memory.writeIndex;
    this.#truncation = new Truncation(me, peerCount);
    const participation = { me, peerCount, delays, random, memory: memory.state };
    this.#participation = new Participation(participation);
    const ballots = new BallotAllocator(me);
    const leader = new Leader<V>({ me, peerCount, ballots, random, isCandidate });
    const roles = { ballots, leader, truncation: this.#truncation, delays };
    this.#leader = leader;
    this.#agreement = new Agreement({ me, peerCount, ...roles });
    this.#quorumRead = new QuorumRead({
      me,
      peerCount,
      delays,
      random,
      agreement: this.#agreement,
    });
    this.#election = new Election({ me, peerCount, leader, agreement: this.#agreement });
    for (const write of memory.writes) this.#restore(write);
    this.#agreement.raiseVotingFloor(this.#participation.votingFloor);
    this.#agreement.forgetBelow(this.min);
  }

  /** Handles one event at time `now`, in milliseconds. The effects must be performed in order. */
  step(event: PeerEvent<V>, now: number): Effects<V> {
    const effects = noEffects<V>();
    const outbox = new Outbox(this.#envelopeTo, effects);
    const minBefore = this.min;
    this.#participation.begin(outbox);
    this.#route(event, now, outbox);
    if (this.min > minBefore) {
      this.#agreement.forgetBelow(this.min);
      outbox.note({ type: 'forgotten', min: this.min });
    }
    if (effects.persist.length > 0) this.#participation.note(outbox);
    return effects;
  }

  /** When this peer next wants a `wake`, in milliseconds of the clock given to `step`. */
  wakeAt(): number | undefined {
    const election = this.isMember ? this.#leader.wakeAt() : undefined;
    const [agreement, survey] = [this.#agreement.wakeAt(), this.#quorumRead.wakeAt()];
    return earliest([agreement, this.#participation.wakeAt(), survey, election]);
  }

  /** What is known here of an instance. */
  status(seq: number): Status<V> {
    return this.#agreement.status(seq);
  }

  /** Whether this peer takes part. One without memory does not, until the others admitted it. */
  get isMember(): boolean {
    return this.#participation.isMember;
  }

  /** Who leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#leader.leader;
  }

  /** The highest seq proposed here or seen in any message, or −1. Never sinks. */
  get max(): number {
    return this.#agreement.max;
  }

  /** The lowest seq still remembered. Never sinks. */
  get min(): number {
    return this.#truncation.min;
  }

  /** How many writes its storage has made durable, of all its runs. */
  get writeIndex(): number {
    return this.#writeIndex;
  }

  /** Every decision known and not forgotten, in order of seq. */
  decisions(): Decision<V>[] {
    return this.#agreement.decisions();
  }

  readonly #envelopeTo = (to: PeerId, message: Message<V>): Envelope<V> => {
    const { done, min } = this.#truncation;
    const mark = this.#participation.mark(to, this.#writeIndex);
    return { from: this.#me, to, done, min, mark, message };
  };

  #restore(write: Write<V>): void {
    if (write.type === 'incarnation' || write.type === 'peerRecords')
      this.#participation.restore(write);
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
        this.#agreement.skipBelow(event.seq + 1);
        this.#truncation.setOwnDone(event.seq);
        break;
      case 'requestDecisions':
        this.#agreement.catchUp.ask(this.leader, event.seq, now, outbox);
        break;
      case 'readIndex':
        if (this.isMember) this.#quorumRead.start(now, outbox);
        break;
      case 'disconnected':
        this.#leader.onDisconnected(event.peer, now);
        break;
      case 'flushNotices':
        this.#agreement.flushNoticesSoon(now, outbox);
        break;
      case 'stepDown':
        this.#agreement.flushNotices(outbox);
        this.#election.stepDown(outbox);
        break;
      case 'persisted':
        this.#writeIndex += 1;
        this.#agreement.onPersisted(event.writes);
        break;
      case 'wake':
        this.#wake(now, outbox);
        break;
    }
  }

  #wake(now: number, outbox: Outbox<V>): void {
    this.#participation.wake(now, outbox);
    this.#takePart(outbox);
    this.#agreement.wake(now, outbox);
    this.#quorumRead.wake(now, outbox);
    if (this.isMember) this.#election.wake(now, outbox);
  }

  /** In as much as its memory allows. */
  #takePart(outbox: Outbox<V>): void {
    this.#agreement.raiseVotingFloor(this.#participation.votingFloor);
    this.#agreement.skipRounds(this.#participation.round, outbox);
  }

  #receive(envelope: Envelope<V>, now: number, outbox: Outbox<V>): void {
    const { from, to, done, min, mark, message } = envelope;
    assert(to === this.#me, 'a message reaches the peer it is for');
    assert(from >= 0 && from < this.#peerCount, 'a sender is a member');
    if (from !== this.#me && message.type !== 'admit') {
      // Safety: what was said in an incarnation that is over may contradict what that peer says now.
      if (this.#participation.isStale(from, mark)) return;
      const loss = this.#participation.memoryLossShownBy(from, mark, this.#writeIndex);
      if (loss !== undefined) {
        outbox.stop(loss);
        return;
      }
      for (const peer of this.#participation.observe(from, mark)) this.#disregard(peer, now);
      if (message.type === 'accept' && this.#participation.isBehind(mark)) {
        this.#refuse(from, message, outbox);
        return;
      }
    }
    if (isAnswer(message)) this.#leader.onAnswer(from, now);
    this.#truncation.observe(from, done, min);
    // Below min nobody can tell: catching up goes on above it.
    this.#agreement.skipBelow(this.min);
    this.#onMessage(from, message, now, outbox);
    this.#agreement.catchUp.observe(from, done, now, outbox);
  }

  #disregard(peer: PeerId, now: number): void {
    this.#leader.discardAnswersOf(peer, now);
    this.#agreement.discardAnswersOf(peer);
    this.#quorumRead.discardAnswersOf(peer);
  }

  /**
   * Safety: a leader that has not heard of a new incarnation may rest on a promise for the whole log that the
   * peer gave in its former one. The answer tells of the new incarnation, and whoever asked begins anew.
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
        this.#participation.onAdmitted(from, message, outbox);
        this.#takePart(outbox);
        break;
      case 'staleIncarnation':
        this.#participation.onStaleIncarnation(message, outbox);
        break;
      case 'readIndex':
        if (this.isMember) this.#onSurvey(from, message, now, outbox);
        break;
      case 'readIndexReply':
        this.#quorumRead.onReadIndexReply(from, message, outbox);
        this.#agreement.onReadIndexReply(from, message, now, outbox);
        break;
      case 'preVote':
      case 'preVoteGranted':
      case 'prepareLog':
      case 'logPromised':
      case 'logRejected':
      case 'heartbeat':
      case 'heartbeatAck':
      case 'transferLeadership':
        if (this.isMember) this.#election.onMessage(from, message, now, outbox);
        break;
      default:
        this.#election.observe(from, message, now);
        this.#agreement.onMessage(from, message, now, outbox);
    }
  }

  /** Who asks for a reader waits for the decisions, too. */
  #onSurvey(from: PeerId, message: SurveyRequest, now: number, outbox: Outbox<V>): void {
    this.#quorumRead.onReadIndex(from, message, outbox);
    this.#agreement.flushNoticesSoon(now, outbox);
  }

  #onAdmit(from: PeerId, request: Admit, now: number, outbox: Outbox<V>): void {
    const experience = { max: this.max, round: this.#agreement.logPromise?.round ?? 0 };
    const isRecorded = this.#participation.onAdmit(from, request, experience, outbox);
    if (isRecorded) this.#disregard(from, now);
  }
}
