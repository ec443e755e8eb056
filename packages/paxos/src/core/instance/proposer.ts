/**
 * Proposer: drives instances to a decision. It prepares, asks for votes, backs off after a rejection,
 * and tries again. Paxos Made Simple §2.2, phases 1(a) and 2(a).
 */
import { type Ballot, isLower, isSameBallot, type PeerId } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { PiggybackedNotices } from '../commit/piggybacked-notices.ts';
import type { Decision } from '../effects.ts';
import type { Envelope } from '../messages/envelope.ts';
import type { Accept, Accepted, Prepare, Promised, Rejected } from '../messages/instance.ts';
import { allPeers, QuorumVotes } from '../quorum.ts';
import type { Step } from '../step.ts';
import type { RetryDelays } from '../timeouts.ts';
import { InstanceMap } from './instance-map.ts';
import type { Learner } from './learner.ts';
import {
  type Accepting,
  type Phase,
  type Preparing,
  phaseSnapshot,
  type Requesting,
  resumedPhase,
} from './proposal-phase.ts';

/** One instance this peer drives to a decision. */
interface Proposal<V> {
  readonly seq: number;
  /** What the host wants; used if no acceptor of a quorum has voted before. */
  readonly ownValue: V;
  phase: Phase<V>;
  /** How many requests were rejected or went unanswered. */
  attempt: number;
  /** When the proposer next acts without a message. */
  wakeAt: number;
}

/** A value chosen by a quorum of votes at one ballot: the instance is decided. */
export interface Chosen<V> {
  readonly seq: number;
  readonly ballot: Ballot;
  readonly value: V;
  /** The peers known to have voted at `ballot`. */
  readonly voters: QuorumVotes;
}

export interface ProposerOptions<V> {
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly delays: RetryDelays;
  readonly learner: Pick<Learner<V>, 'knownUpTo'>;
  readonly piggybacked: PiggybackedNotices;
}

export class Proposer<V> {
  readonly #peers: readonly PeerId[];
  readonly #ballots: BallotAllocator;
  readonly #delays: RetryDelays;
  readonly #learner: Pick<Learner<V>, 'knownUpTo'>;
  readonly #piggybacked: PiggybackedNotices;
  readonly #proposals = new InstanceMap<Proposal<V>>();

  constructor({ peerCount, ballots, delays, learner, piggybacked }: ProposerOptions<V>) {
    this.#peers = allPeers(peerCount);
    this.#ballots = ballots;
    this.#delays = delays;
    this.#learner = learner;
    this.#piggybacked = piggybacked;
  }

  /**
   * Starts with phase 1. `promised` is the ballot that this peer's own acceptor has promised in the
   * instance, if any. It may belong to an active proposer elsewhere, so this one waits a little first.
   */
  propose({ seq, value }: Decision<V>, promised: Ballot | undefined, step: Step<V>): void {
    if (this.#proposals.has(seq)) return;
    if (promised) {
      const wakeAt = step.now + this.#delays.beforeRetry(0);
      this.#add({ seq, value, phase: { name: 'backingOff', seen: promised }, wakeAt });
      return;
    }
    const phase = this.#prepareAbove(undefined, step);
    this.#add({ seq, value, phase, wakeAt: step.now + this.#delays.beforeResend(0) });
    this.#sendRequest(seq, phase, step);
  }

  /** Starts with phase 2, at a ballot that a quorum promised for the whole log. Called with one value per instance. */
  acceptAt({ seq, value }: Decision<V>, ballot: Ballot, step: Step<V>): void {
    const known = this.#proposals.get(seq);
    const tried = known && ballotOf(known.phase);
    if (!isLower(tried, ballot)) return;
    const phase = this.#askForVotes(ballot, value, step);
    const wakeAt = step.now + this.#delays.beforeResend(0);
    this.#add({ seq, value: known?.ownValue ?? value, phase, wakeAt });
    this.#sendRequest(seq, phase, step);
  }

  get isIdle(): boolean {
    return this.#proposals.size === 0;
  }

  /** The proposals of this peer that are not decided yet. */
  open(): Decision<V>[] {
    return [...this.#proposals.values()].map(({ seq, ownValue }) => ({ seq, value: ownValue }));
  }

  onPromised(from: PeerId, { seq, ballot, vote }: Promised<V>, step: Step<V>): void {
    const proposal = this.#proposals.get(seq);
    if (!proposal) return;
    const { phase } = proposal;
    // Safety: an answer to an earlier ballot says nothing about this one.
    if (phase.name !== 'preparing' || !isSameBallot(phase.ballot, ballot)) return;
    phase.promises.add(from);
    if (vote && isLower(phase.highestVote?.ballot, vote.ballot)) phase.highestVote = vote;
    if (!phase.promises.isQuorum()) return;
    // Safety (P2c): propose the value of the highest reported vote, and the own value only if there is none.
    const value = phase.highestVote ? phase.highestVote.value : proposal.ownValue;
    const accepting = this.#askForVotes(ballot, value, step);
    proposal.phase = accepting;
    proposal.wakeAt = step.now + this.#delays.beforeResend(proposal.attempt);
    this.#sendRequest(seq, accepting, step);
  }

  onAccepted(from: PeerId, { seq, ballot }: Accepted, now: number): Chosen<V> | undefined {
    const proposal = this.#proposals.get(seq);
    if (!proposal) return undefined;
    const { phase } = proposal;
    // Safety: votes of different ballots are never added up.
    if (phase.name !== 'accepting' || !isSameBallot(phase.ballot, ballot)) return undefined;
    phase.votes.add(from);
    if (!phase.votes.isQuorum()) return undefined;
    if (proposal.attempt === 0) this.#delays.onAnswer(now - phase.sentAt);
    return { seq, ballot, value: phase.value, voters: phase.votes };
  }

  onRejected({ seq, ballot, promised }: Rejected, now: number): void {
    const proposal = this.#proposals.get(seq);
    if (!proposal) return;
    const { phase } = proposal;
    if (phase.name === 'backingOff') {
      if (isLower(phase.seen, promised)) phase.seen = promised;
    } else if (isSameBallot(phase.ballot, ballot)) {
      proposal.phase = { name: 'backingOff', seen: promised };
      proposal.wakeAt = now + this.#delays.beforeRetry(proposal.attempt);
      proposal.attempt += 1;
    }
  }

  /** No answer will come to this request: sends it again soon, instead of when its wait ends. */
  onUndeliverable({ message }: Envelope<V>, now: number): void {
    if (message.type !== 'prepare' && message.type !== 'accept') return;
    const proposal = this.#proposals.get(message.seq);
    if (!proposal || !isRequestOf(proposal.phase, message)) return;
    proposal.wakeAt = Math.min(proposal.wakeAt, now + this.#delays.beforeRetry(proposal.attempt));
  }

  /** Repeats requests that went unanswered, and starts a new ballot where a back-off has ended. */
  wake(step: Step<V>): void {
    let isResending = false;
    for (const proposal of this.#proposals.values()) {
      if (proposal.wakeAt > step.now) continue;
      let { phase } = proposal;
      if (phase.name === 'backingOff') {
        phase = this.#prepareAbove(phase.seen, step);
        proposal.phase = phase;
      } else {
        proposal.attempt += 1;
        isResending = true;
      }
      proposal.wakeAt = step.now + this.#delays.beforeResend(proposal.attempt);
      this.#sendRequest(proposal.seq, phase, step);
    }
    if (isResending) this.#delays.onResent();
  }

  wakeAt(): number | undefined {
    let first: number | undefined;
    for (const { wakeAt } of this.#proposals.values()) first = Math.min(first ?? wakeAt, wakeAt);
    return first;
  }

  /** The latest ballot that this peer tried in `seq` or must exceed there, while it still proposes. */
  ballot(seq: number): Ballot | undefined {
    const phase = this.#proposals.get(seq)?.phase;
    return phase && ballotOf(phase);
  }

  /** `peer` has begun a new incarnation: none of its earlier answers count any more. */
  discardAnswersOf(peer: PeerId): void {
    for (const { phase } of this.#proposals.values()) {
      if (phase.name === 'preparing') phase.promises.remove(peer);
      if (phase.name === 'accepting') phase.votes.remove(peer);
    }
  }

  /** Ends the proposal: the instance is decided. */
  release(seq: number): void {
    this.#proposals.delete(seq);
  }

  /** Ends every proposal below `floor`. */
  releaseBelow(floor: number): void {
    this.#proposals.forgetBelow(floor);
  }

  snapshot() {
    return this.#proposals.snapshot(({ phase, ...proposal }) => ({
      ...proposal,
      phase: phaseSnapshot(phase),
    }));
  }

  resume(snapshot: ReturnType<Proposer<V>['snapshot']>): void {
    this.#proposals.resume(snapshot, ({ phase, ...proposal }) => ({
      ...proposal,
      phase: resumedPhase(phase, this.#peers.length),
    }));
  }

  #add({ seq, value, phase, wakeAt }: Decision<V> & Pick<Proposal<V>, 'phase' | 'wakeAt'>): void {
    this.#proposals.set(seq, { seq, ownValue: value, phase, attempt: 0, wakeAt });
  }

  #prepareAbove(seen: Ballot | undefined, step: Step<V>): Preparing<V> {
    const ballot = this.#ballots.ballotAbove(seen, step);
    return { name: 'preparing', ballot, promises: this.#noVotes(), highestVote: undefined };
  }

  #askForVotes(ballot: Ballot, value: V, { now }: Step<V>): Accepting<V> {
    return { name: 'accepting', ballot, value, votes: this.#noVotes(), sentAt: now };
  }

  /** Sends the request of this phase to every peer that has not answered it. */
  #sendRequest(seq: number, phase: Requesting<V>, step: Step<V>): void {
    if (phase.name === 'accepting') {
      for (const to of this.#missing(phase.votes)) step.sendNow(to, this.#accept(to, seq, phase));
      return;
    }
    const { ballot, promises } = phase;
    const isDurable = this.#ballots.isDurable(ballot);
    for (const to of this.#missing(promises)) {
      // Safety: a ballot is durable before it is sent, so a restarted peer can never use it twice.
      if (isDurable) step.sendNow(to, { type: 'prepare', seq, ballot });
      else step.sendAfter(to, { type: 'prepare', seq, ballot });
    }
  }

  /** An Accept, with the commit notices that wait for `to`. */
  #accept(to: PeerId, seq: number, { ballot, value }: Accepting<V>): Accept<V> {
    const decided = this.#piggybacked.take(to);
    if (decided.length === 0) return { type: 'accept', seq, ballot, value };
    const { knownUpTo } = this.#learner;
    return { type: 'accept', seq, ballot, value, decided, knownUpTo };
  }

  #missing(votes: QuorumVotes): PeerId[] {
    return this.#peers.filter((peer) => !votes.has(peer));
  }

  #noVotes(): QuorumVotes {
    return new QuorumVotes(this.#peers.length);
  }
}

function ballotOf<V>(phase: Phase<V>): Ballot {
  return phase.name === 'backingOff' ? phase.seen : phase.ballot;
}

function isRequestOf<V>(phase: Phase<V>, request: Prepare | Accept<V>): boolean {
  const name = request.type === 'prepare' ? 'preparing' : 'accepting';
  return phase.name === name && isSameBallot(phase.ballot, request.ballot);
}
