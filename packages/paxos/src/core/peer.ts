/**
 * Peer: one participant, driven by `step`. It decides whether a message still counts, routes it to a role,
 * and forgets what no peer needs any more. It performs no I/O: each step returns effects.
 */
import { assert } from '../errors.ts';
import type { PeerId } from './ballot.ts';
import { forgetSince, observeForgetting } from './commit/forgetting.ts';
import type { Retained } from './commit/retention-policy.ts';
import type { Decision, Effects } from './effects.ts';
import type { PeerEvent } from './events.ts';
import type { Status } from './instance/learner.ts';
import type { Envelope } from './messages/envelope.ts';
import { isAnswer, type Message } from './messages/message.ts';
import { completeMessageLimits } from './messages/message-limits.ts';
import type { Admit } from './messages/recovery.ts';
import type { PeerOptions } from './peer-options.ts';
import { replay } from './recovery/replay.ts';
import { createRoles, type Roles } from './roles.ts';
import { type PeerSnapshot, resumeRoles, snapshotOf } from './roles-snapshot.ts';
import { Step } from './step.ts';
import { wakeAtOf, wakeRoles } from './wake.ts';

/** One participant as a state machine: events in, effects out. */
export class Peer<V> {
  readonly #me: PeerId;
  readonly #peerCount: number;
  readonly #roles: Roles<V>;
  readonly #stateEpoch: number;
  #writeIndex: number;
  #refusal: { readonly from: PeerId; readonly reason: string } | undefined;

  constructor(options: PeerOptions<V>) {
    const { me, peerCount, random, memory, isCandidate = false, stateEpoch = 0 } = options;
    const { retention = { type: 'everyPeer' } } = options;
    const { instanceLeapMax = Number.POSITIVE_INFINITY } = options;
    this.#me = me;
    this.#peerCount = peerCount;
    this.#stateEpoch = stateEpoch;
    this.#writeIndex = memory.writeIndex;
    const { state } = memory;
    const messageLimits = completeMessageLimits(options.messageLimits);
    const settings = { me, peerCount, random, isCandidate, retention, instanceLeapMax };
    this.#roles = createRoles({ ...settings, messageLimits, memory: state });
    for (const write of memory.writes) replay(write, this.#roles);
    this.#roles.agreement.forgetBelow(this.min);
  }

  /**
   * Takes one event, at `now` in milliseconds of a clock that never goes back. The first event of a run is
   * a `wake`, or is followed by one at once.
   *
   * @throws Error if an invariant is violated: the peer must not be used any more.
   */
  step(event: PeerEvent<V>, now: number): Effects<V> {
    const { participation } = this.#roles;
    const step = new Step<V>(now, this.#seal);
    const { min } = this;
    participation.begin(step);
    this.#route(event, step);
    forgetSince(min, this.#roles, step);
    if (step.effects.persist.length > 0) participation.note(step);
    return step.effects;
  }

  /** What {@link Peer.resume} needs. It shares parts with the peer, so it holds until the next step only. */
  snapshot(): PeerSnapshot<V> {
    return { writeIndex: this.#writeIndex, roles: snapshotOf(this.#roles) };
  }

  /**
   * Makes the peer one that has made every step which the peer of the snapshot had made. This peer has the same options
   * as that one, and takes over the parts of the snapshot.
   */
  resume({ writeIndex, roles }: PeerSnapshot<V>): void {
    this.#writeIndex = writeIndex;
    resumeRoles(this.#roles, roles);
  }

  /** When this peer next wants a `wake`, in milliseconds of the clock given to `step`. */
  wakeAt(): number | undefined {
    return wakeAtOf(this.#roles);
  }

  /** What this peer knows of the outcome of an instance. */
  status(seq: number): Status<V> {
    return this.#roles.agreement.status(seq);
  }

  /** Whether this peer takes part. A peer without memory does not, until the others have admitted it. */
  get isMember(): boolean {
    return this.#roles.participation.isMember;
  }

  /** The peers that this peer awaits until it is a member, and how far the host of each peer is done. */
  get others(): { readonly awaited: readonly PeerId[]; readonly doneByPeer: readonly number[] } {
    const { participation, truncation } = this.#roles;
    return { awaited: participation.awaited, doneByPeer: truncation.doneByPeer };
  }

  /** The peer that leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#roles.leader.leader;
  }

  /** The highest seq proposed here or seen in any message, or −1. Never sinks. */
  get max(): number {
    return this.#roles.agreement.max;
  }

  /** Below it other peers may have forgotten everything. Never sinks. */
  get floor(): number {
    return this.#roles.truncation.floor;
  }

  /** The lowest seq in which it proposes. */
  get proposalFloor(): number {
    return this.#roles.agreement.proposalFloor;
  }

  /** The lowest seq still remembered here. Never sinks. */
  get min(): number {
    return this.#roles.truncation.min;
  }

  /** One above what every peer was done with at some time, as far as is known here. Never sinks. */
  get everyPeerMin(): number {
    return this.#roles.truncation.everyPeerMin;
  }

  /** The decisions in memory. */
  get retained(): Retained {
    return this.#roles.learner.retained;
  }

  /** Whether another peer may hold the decision of `seq`, as far as is known here. */
  canLearn(seq: number): boolean {
    return this.#roles.catchUp.canLearn(seq);
  }

  /** How many writes the storage of this peer has made durable, in all runs of this incarnation. */
  get writeIndex(): number {
    return this.#writeIndex;
  }

  /** The latest message that was dropped since it cannot be true, once. */
  takeRefusal(): { readonly from: PeerId; readonly reason: string } | undefined {
    const refusal = this.#refusal;
    this.#refusal = undefined;
    return refusal;
  }

  /** Every decision known and not forgotten, in order of seq. */
  decisions(): Decision<V>[] {
    return this.#roles.learner.decisions();
  }

  readonly #seal = (to: PeerId, message: Message<V>): Envelope<V> => {
    const { done, floor, min, everyPeerMin } = this.#roles.truncation;
    const stateEpoch = this.#stateEpoch;
    const mark = this.#roles.participation.mark(to, this.#writeIndex);
    return { from: this.#me, to, done, floor, min, everyPeerMin, stateEpoch, mark, message };
  };

  #route(event: PeerEvent<V>, step: Step<V>): void {
    const { agreement, ballots, catchUp, decisions, election, leader, quorumRead } = this.#roles;
    switch (event.type) {
      case 'wake':
        wakeRoles(this.#roles, step);
        break;
      case 'propose':
        this.#roles.plausibility.noteOwnSeq(event.seq);
        agreement.propose(event, step);
        break;
      case 'receive':
        this.#believe(event.envelope, step);
        break;
      case 'undeliverable':
        agreement.onUndeliverable(event.envelope, step.now);
        break;
      case 'disconnected':
        leader.onDisconnected(event.peer, step.now);
        break;
      case 'persisted':
        this.#writeIndex += 1;
        ballots.onPersisted(event.writes);
        break;
      case 'done':
        this.#roles.learner.skipBelow(event.seq + 1);
        this.#roles.truncation.setOwnDone(event.seq);
        break;
      case 'requestDecisions':
        catchUp.request(event.seq, this.leader, step);
        break;
      case 'readIndex':
        if (this.isMember) quorumRead.start(step);
        break;
      case 'flushNotices':
        decisions.flushSoon(step);
        break;
      case 'stepDown':
        decisions.flush(step);
        election.stepDown(step);
        break;
    }
  }

  #believe(envelope: Envelope<V>, step: Step<V>): void {
    const { from, to } = envelope;
    assert(to === this.#me, 'a peer receives only messages addressed to it');
    assert(from >= 0 && from < this.#peerCount, 'the sender of a message is a peer of the group');
    const believed = this.#roles.plausibility.believe(envelope, this.#writeIndex, step.now);
    if (typeof believed === 'string') this.#refusal = { from, reason: believed };
    else this.#receive(believed, step);
  }

  #receive(envelope: Envelope<V>, step: Step<V>): void {
    const { catchUp, leader } = this.#roles;
    const { from, done, message } = envelope;
    if (from !== this.#me && message.type !== 'admit' && !this.#counts(envelope, step)) return;
    if (isAnswer(message)) leader.onAnswer(from, step.now);
    // An Admit of an earlier incarnation may arrive late, and counts only as a request.
    if (message.type !== 'admit') observeForgetting(envelope, this.#roles);
    this.#onMessage(envelope, step);
    catchUp.onKnownUpTo(from, done, step);
  }

  /** Whether a message counts, judged by the incarnation of its sender and those that the sender knew of. */
  #counts({ from, mark, message }: Envelope<V>, step: Step<V>): boolean {
    const { participation } = this.#roles;
    // Safety: a message of an earlier incarnation may contradict those of the present one.
    if (participation.isStale(from, mark)) return false;
    const loss = participation.memoryLossShownBy(from, mark, this.#writeIndex);
    if (loss !== undefined) {
      step.stop(loss);
      return false;
    }
    for (const peer of participation.observe(from, mark)) this.#discardAnswersOf(peer, step.now);
    if (message.type !== 'accept' || !participation.isBehind(mark)) return true;
    this.#roles.agreement.rejectUnaware(from, message, step);
    return false;
  }

  #discardAnswersOf(peer: PeerId, now: number): void {
    const { catchUp, leader, proposer, quorumRead, truncation } = this.#roles;
    leader.discardAnswersOf(peer, now);
    proposer.discardAnswersOf(peer);
    quorumRead.discardAnswersOf(peer);
    catchUp.discardAnswersOf(peer);
    truncation.forgetDoneOf(peer);
  }

  #onMessage({ from, min, message }: Envelope<V>, step: Step<V>): void {
    const { agreement, catchUp, decisions, election, leader, participation, quorumRead } =
      this.#roles;
    switch (message.type) {
      case 'admit':
        this.#onAdmit(from, message, step);
        break;
      case 'admitted':
        participation.onAdmitted(from, { ...message, min }, step);
        if (this.isMember) leader.start(step.now);
        break;
      case 'staleIncarnation':
        participation.onStaleIncarnation(message, step);
        break;
      case 'readIndex':
        if (!this.isMember) return;
        quorumRead.onReadIndex(from, message, step);
        // The reader will wait for the decisions, too.
        decisions.flushSoon(step);
        break;
      case 'readIndexReply':
        quorumRead.onReadIndexReply(from, message, step);
        // Without a leader this peer receives no notices either, so it asks for the decisions.
        if (this.leader === undefined) catchUp.onKnownUpTo(from, message.knownUpTo, step);
        break;
      case 'preVote':
      case 'preVoteGranted':
      case 'prepareLog':
      case 'logPromised':
      case 'logRejected':
      case 'heartbeat':
      case 'heartbeatAck':
      case 'transferLeadership':
        if (this.isMember) election.onMessage(from, message, step);
        break;
      default:
        election.observe(from, message, step.now);
        agreement.onMessage(from, message, step);
    }
  }

  #onAdmit(from: PeerId, request: Admit, step: Step<V>): void {
    const { acceptor, participation } = this.#roles;
    const record = { max: this.max, round: acceptor.logPromise?.round ?? 0 };
    const isRecorded = participation.onAdmit(from, request, record, step);
    if (isRecorded) this.#discardAnswersOf(from, step.now);
  }
}
