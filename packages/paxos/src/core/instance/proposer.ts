/**
 * Proposer: gets one instance decided. Prepare, accept; back off after a refusal, and again.
 * Paxos Made Simple §2.2, phases 1(a) and 2(a).
 */
import {
  type Ballot,
  compareBallots,
  isLower,
  isSameBallot,
  type PeerId,
  type Vote,
} from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { PiggybackedNotices } from '../commit/piggybacked-notices.ts';
import type {
  Accept,
  Accepted,
  Envelope,
  Prepare,
  Promised,
  Rejected,
} from '../messages/message.ts';
import type { Outbox } from '../outbox.ts';
import { QuorumVotes } from '../quorum.ts';
import type { RetryDelays } from '../timeouts.ts';
import { InstanceMap } from './instance-map.ts';

type Phase<V> =
  | { name: 'preparing'; ballot: Ballot; promises: QuorumVotes; highestVote: Vote<V> | undefined }
  | { name: 'accepting'; ballot: Ballot; value: V; votes: QuorumVotes }
  /** Backing off; the next ballot goes above `seen`. */
  | { name: 'waiting'; seen: Ballot };

/** One instance this peer pushes towards a decision. */
interface Proposal<V> {
  readonly seq: number;
  /** What the host wants, used if no acceptor of a quorum has voted before. */
  readonly ownValue: V;
  phase: Phase<V>;
  /** How often it has been refused or met with silence. */
  attempt: number;
  /** When the phase's request was first sent. */
  askedAt: number;
  /** When it next does something unasked. */
  wakeAt: number;
}

/** A quorum voted: the instance is decided. */
export interface Win<V> {
  readonly seq: number;
  readonly ballot: Ballot;
  readonly value: V;
  /** Who is known to have voted at `ballot`. */
  readonly voters: QuorumVotes;
}

export interface ProposerOptions {
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly delays: RetryDelays;
  /** What goes along with the requests for votes. */
  readonly piggybacked: PiggybackedNotices;
  /** Up to where every decision is known here, or −1. */
  readonly knownUpTo: () => number;
}

export class Proposer<V> {
  readonly #peers: readonly PeerId[];
  readonly #ballots: BallotAllocator;
  readonly #delays: RetryDelays;
  readonly #piggybacked: PiggybackedNotices;
  readonly #knownUpTo: () => number;
  readonly #proposals = new InstanceMap<Proposal<V>>();

  constructor({ peerCount, ballots, delays, piggybacked, knownUpTo }: ProposerOptions) {
    this.#peers = Array.from({ length: peerCount }, (_, peer) => peer);
    this.#ballots = ballots;
    this.#delays = delays;
    this.#piggybacked = piggybacked;
    this.#knownUpTo = knownUpTo;
  }

  /** `promised` is the own acceptor's promise: a sign that another proposer may be at work. */
  propose(
    { seq, value, promised }: { seq: number; value: V; promised: Ballot | undefined },
    now: number,
    outbox: Outbox<V>,
  ): void {
    if (this.#proposals.has(seq)) return;
    if (promised) {
      const wakeAt = now + this.#delays.beforeRetry(0);
      const phase: Phase<V> = { name: 'waiting', seen: promised };
      this.#proposals.set(seq, { seq, ownValue: value, phase, attempt: 0, askedAt: now, wakeAt });
      return;
    }
    const phase = this.#preparing(undefined, outbox);
    const wakeAt = now + this.#delays.beforeResend(0);
    const times = { attempt: 0, askedAt: now, wakeAt };
    const proposal: Proposal<V> = { seq, ownValue: value, phase, ...times };
    this.#proposals.set(seq, proposal);
    this.#ask(proposal, outbox);
  }

  /** Asks for votes at once: `ballot` was promised to for the whole log. One value an instance. */
  acceptAt(
    { seq, value, ballot }: { seq: number; value: V; ballot: Ballot },
    now: number,
    outbox: Outbox<V>,
  ): void {
    const known = this.#proposals.get(seq);
    const tried = known && ballotOf(known.phase);
    if (tried && !isLower(tried, ballot)) return;
    const phase: Phase<V> = { name: 'accepting', ballot, value, votes: this.#tally() };
    const wakeAt = now + this.#delays.beforeResend(0);
    const times = { attempt: 0, askedAt: now, wakeAt };
    const proposal = { seq, ownValue: known?.ownValue ?? value, phase, ...times };
    this.#proposals.set(seq, proposal);
    this.#ask(proposal, outbox);
  }

  get isIdle(): boolean {
    return this.#proposals.size === 0;
  }

  /** What is under way, for a leader to go on with. */
  underWay(): { seq: number; value: V }[] {
    return [...this.#proposals.entries()].map(([seq, { ownValue }]) => ({ seq, value: ownValue }));
  }

  onPromised(
    from: PeerId,
    { seq, ballot, vote }: Promised<V>,
    now: number,
    outbox: Outbox<V>,
  ): void {
    const proposal = this.#proposals.get(seq);
    const phase = proposal?.phase;
    // Safety: an answer to an earlier ballot says nothing about this one.
    if (!proposal || phase?.name !== 'preparing' || !isSameBallot(phase.ballot, ballot)) return;
    phase.promises.add(from);
    if (vote && isLower(phase.highestVote?.ballot, vote.ballot)) phase.highestVote = vote;
    if (!phase.promises.isQuorum()) return;
    // Safety (P2c): the value of the highest vote a quorum told of, and only without any the own.
    const value = phase.highestVote ? phase.highestVote.value : proposal.ownValue;
    proposal.phase = { name: 'accepting', ballot, value, votes: this.#tally() };
    proposal.askedAt = now;
    proposal.wakeAt = now + this.#delays.beforeResend(proposal.attempt);
    this.#ask(proposal, outbox);
  }

  onAccepted(from: PeerId, { seq, ballot }: Accepted, now: number): Win<V> | undefined {
    const proposal = this.#proposals.get(seq);
    const phase = proposal?.phase;
    // Safety: votes of different ballots are never added up.
    if (!proposal || phase?.name !== 'accepting' || !isSameBallot(phase.ballot, ballot)) return;
    phase.votes.add(from);
    if (!phase.votes.isQuorum()) return undefined;
    if (proposal.attempt === 0) this.#delays.answered(now - proposal.askedAt);
    return { seq, ballot, value: phase.value, voters: phase.votes };
  }

  onRejected({ seq, ballot, promised }: Rejected, now: number): void {
    const proposal = this.#proposals.get(seq);
    const phase = proposal?.phase;
    if (!proposal || !phase) return;
    if (phase.name === 'waiting') {
      if (compareBallots(phase.seen, promised) < 0) phase.seen = promised;
      return;
    }
    if (!isSameBallot(phase.ballot, ballot)) return;
    proposal.phase = { name: 'waiting', seen: promised };
    proposal.wakeAt = now + this.#delays.beforeRetry(proposal.attempt);
    proposal.attempt += 1;
  }

  /** No answer will come to this request: ask again soon instead of when delays ends. */
  onUndeliverable({ message }: Envelope<V>, now: number): void {
    if (message.type !== 'prepare' && message.type !== 'accept') return;
    const proposal = this.#proposals.get(message.seq);
    if (!proposal || !isAsking(proposal.phase, message)) return;
    proposal.wakeAt = Math.min(proposal.wakeAt, now + this.#delays.beforeRetry(proposal.attempt));
  }

  /** Asks again whom delays has run out for, and begins a new ballot after a back-off. */
  wake(now: number, outbox: Outbox<V>): void {
    let isRepeating = false;
    for (const [, proposal] of this.#proposals.entries()) {
      if (proposal.wakeAt > now) continue;
      if (proposal.phase.name === 'waiting') {
        proposal.phase = this.#preparing(proposal.phase.seen, outbox);
        proposal.askedAt = now;
      } else {
        proposal.attempt += 1;
        isRepeating = true;
      }
      proposal.wakeAt = now + this.#delays.beforeResend(proposal.attempt);
      this.#ask(proposal, outbox);
    }
    if (isRepeating) this.#delays.resent();
  }

  wakeAt(): number | undefined {
    let earliest: number | undefined;
    for (const [, { wakeAt }] of this.#proposals.entries()) {
      if (earliest === undefined || wakeAt < earliest) earliest = wakeAt;
    }
    return earliest;
  }

  /** The latest ballot this peer tried or was beaten by in `seq`, while it is still at it. */
  ballot(seq: number): Ballot | undefined {
    const phase = this.#proposals.get(seq)?.phase;
    return phase && ballotOf(phase);
  }

  /** What this peer said was said in an incarnation that is over: nothing of it is counted any more. */
  discardAnswersOf(peer: PeerId): void {
    for (const [, { phase }] of this.#proposals.entries()) {
      if (phase.name === 'preparing') phase.promises.remove(peer);
      if (phase.name === 'accepting') phase.votes.remove(peer);
    }
  }

  /** Ends the proposal: the instance is decided. */
  release(seq: number): void {
    this.#proposals.delete(seq);
  }

  forgetBelow(min: number): void {
    this.#proposals.forgetBelow(min);
  }

  #preparing(seen: Ballot | undefined, outbox: Outbox<V>): Phase<V> {
    const ballot = this.#ballots.ballotAbove(seen, outbox);
    return { name: 'preparing', ballot, promises: this.#tally(), highestVote: undefined };
  }

  /** Sends the phase's request to everyone who has not answered it. */
  #ask({ seq, phase }: Proposal<V>, outbox: Outbox<V>): void {
    if (phase.name === 'waiting') return;
    if (phase.name === 'accepting') {
      const { ballot, value, votes } = phase;
      for (const to of this.#missing(votes)) {
        const decided = this.#piggybacked.take(to);
        const notices = decided.length > 0 ? { decided, knownUpTo: this.#knownUpTo() } : {};
        outbox.sendNow(to, { type: 'accept', seq, ballot, value, ...notices });
      }
      return;
    }
    const { ballot, promises } = phase;
    const isKnown = this.#ballots.isDurable(ballot);
    for (const to of this.#missing(promises)) {
      // Safety: a ballot is durable before anyone hears of it, so a restart can never use it twice.
      if (isKnown) outbox.sendNow(to, { type: 'prepare', seq, ballot });
      else outbox.sendAfter(to, { type: 'prepare', seq, ballot });
    }
  }

  #missing(tally: QuorumVotes): PeerId[] {
    return this.#peers.filter((peer) => !tally.has(peer));
  }

  #tally(): QuorumVotes {
    return new QuorumVotes(this.#peers.length);
  }
}

function ballotOf<V>(phase: Phase<V>): Ballot {
  return phase.name === 'waiting' ? phase.seen : phase.ballot;
}

function isAsking<V>(phase: Phase<V>, request: Prepare | Accept<V>): boolean {
  const name = request.type === 'prepare' ? 'preparing' : 'accepting';
  return phase.name === name && isSameBallot(phase.ballot, request.ballot);
}
