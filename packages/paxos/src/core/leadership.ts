/**
 * Leadership: one promise for the whole log instead of one for each instance, so that a group at rest
 * decides in one round. Paxos Made Simple §3: the distinguished proposer.
 *
 * It is an optimisation and never a condition: with no leader every peer still gets instances decided by
 * itself, and a contest over one instance disturbs that instance and not the leader. So nothing here is
 * needed for safety but the promises that acceptors make, and what the leader does with their votes.
 */
import type { Random } from '../environment.ts';
import { type Ballot, isLower, isSameBallot, type PeerId, type Vote } from './ballot.ts';
import type { Canvass, Followed, Lead } from './group-messages.ts';
import type { Outbox } from './outbox.ts';
import { Tally } from './quorum.ts';
import type { Rounds } from './rounds.ts';

/** A leader that said nothing for so long says that it is there. */
const heartbeatMs = 50;
/** A leader that was silent for so long may be gone. */
const silenceMs = 500;
/** How much longer this peer waits than {@link silenceMs}, at most: no two should begin together. */
const jitterMs = 500;
/** The same after a sign that the leader is gone. */
const hurryMs = 15;
/** Within this time a candidate reaches a quorum, or begins anew. */
const campaignMs = 400;

type Standing<V> =
  | { readonly name: 'following' }
  /** Asks whether anyone still hears a leader. Costs nothing, so nobody is disturbed for nothing. */
  | { readonly name: 'canvassing'; readonly poll: number; readonly endorsers: Tally }
  | ({ readonly name: 'campaigning' } & Mandate<V>)
  | ({ readonly name: 'leading' } & Mandate<V>);

/** What a quorum of acceptors promised for the whole log, and told. */
interface Mandate<V> {
  readonly ballot: Ballot;
  readonly followers: Tally;
  /** From this instance on all votes of the followers are known. */
  from: number;
  /** The highest vote of each instance that any of them told of. */
  readonly votes: Map<number, Vote<V>>;
}

/** A ballot that needs no first phase, with the value it must be for, if there is one. */
export interface Entitlement<V> {
  readonly ballot: Ballot;
  readonly vote: Vote<V> | undefined;
}

export interface LeadershipOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly rounds: Rounds;
  readonly random: Random;
  /** Whether this peer wants to lead when nobody does. It follows in any case. */
  readonly isCandidate: boolean;
}

export class Leadership<V> {
  readonly #options: LeadershipOptions;
  #standing: Standing<V> = { name: 'following' };
  /** The highest ballot that anyone was heard to lead at, and when last. */
  #leader: { readonly ballot: Ballot; readonly heardAt: number } | undefined;
  /** The highest ballot ever heard of for the whole log: a candidate begins above it. */
  #seen: Ballot | undefined;
  readonly #heardAt: number[];
  #spokeAt = -Infinity;
  #poll = 0;
  #wakeAt: number | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#heardAt = new Array<number>(options.peerCount).fill(-Infinity);
  }

  /** Who leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#standing.name === 'leading' ? this.#options.me : this.#leader?.ballot.peer;
  }

  get isLeading(): boolean {
    return this.#standing.name === 'leading';
  }

  /** The way past phase 1 in `seq`, if this peer leads there. */
  entitlement(seq: number): Entitlement<V> | undefined {
    const standing = this.#standing;
    // Safety: below `from` nobody told of his votes, so there a first phase must ask for them.
    if (standing.name !== 'leading' || seq < standing.from) return undefined;
    return { ballot: standing.ballot, vote: standing.votes.get(seq) };
  }

  /** Instances in which somebody voted before this peer led: they want to be finished. */
  unfinished(): { seq: number; value: V }[] {
    const standing = this.#standing;
    if (standing.name !== 'leading') return [];
    return [...standing.votes].map(([seq, { value }]) => ({ seq, value }));
  }

  /** A message came from this peer. */
  heard(from: PeerId, now: number): void {
    this.#heardAt[from] = now;
  }

  /** This peer asked all others for something, as leader. */
  spoke(now: number): void {
    this.#spokeAt = now;
  }

  /** What a leader at `ballot` says shows that it is there. */
  heardLeader(ballot: Ballot, now: number): void {
    if (isLower(ballot, this.#leader?.ballot ?? ballot)) return;
    this.#see(ballot);
    if (ballot.peer === this.#options.me) return;
    if (this.#isBeatenBy(ballot)) this.#standing = { name: 'following' };
    this.#leader = { ballot, heardAt: now };
    this.#waitForSilence(now);
  }

  /** So does a request at the ballot it is known to lead at. */
  heardAccept(from: PeerId, ballot: Ballot, now: number): void {
    const isLeaders = this.#leader !== undefined && isSameBallot(this.#leader.ballot, ballot);
    if (isLeaders && from === ballot.peer) this.heardLeader(ballot, now);
  }

  /** A quorum, or a part of it, promised a higher ballot to somebody else. */
  outbid(promised: Ballot, now: number): void {
    this.#see(promised);
    if (!this.#isBeatenBy(promised)) return;
    this.#standing = { name: 'following' };
    this.#waitForSilence(now);
  }

  /** The connection to this peer ended: if it leads, that may be over. */
  lost(peer: PeerId, now: number): void {
    if (this.#leader?.ballot.peer !== peer) return;
    this.#leader = undefined;
    this.#wakeAt = now + hurryMs * this.#options.random.next();
  }

  /** What this peer said was said in a life that is over: its promise is worth nothing. */
  disregard(peer: PeerId, now: number): void {
    const standing = this.#standing;
    if (standing.name !== 'leading' && standing.name !== 'campaigning') return;
    standing.followers.remove(peer);
    if (standing.name === 'campaigning' || standing.followers.isQuorum()) return;
    this.#standing = { name: 'following' };
    this.#wakeAt = now;
  }

  /** Whether this peer hears no leader itself, and would follow `from`. */
  endorses(from: PeerId, now: number): boolean {
    if (this.#standing.name === 'leading') return false;
    const isSilent = this.#leader === undefined || now - this.#leader.heardAt >= silenceMs;
    if (!isSilent && this.#leader?.ballot.peer !== from) return false;
    this.#waitForSilence(now);
    return true;
  }

  onEndorsed(from: PeerId, poll: number, now: number, outbox: Outbox<V>): Lead | undefined {
    const standing = this.#standing;
    if (standing.name !== 'canvassing' || standing.poll !== poll) return undefined;
    standing.endorsers.add(from);
    return standing.endorsers.isQuorum() ? this.campaign(now, outbox) : undefined;
  }

  /** Asks for the promises. The ballot is above every one heard of, and durable before it is told. */
  campaign(now: number, outbox: Outbox<V>): Lead {
    const { peerCount, rounds } = this.#options;
    const ballot = rounds.ballotAbove(this.#seen, outbox);
    this.#see(ballot);
    const mandate = { ballot, followers: new Tally(peerCount), from: 0, votes: new Map() };
    this.#standing = { name: 'campaigning', ...mandate };
    this.#wakeAt = now + campaignMs;
    return { type: 'lead', ballot };
  }

  /** Gives back whether this peer leads from now on. */
  onFollowed(from: PeerId, { ballot, from: first, votes }: Followed<V>, now: number): boolean {
    const standing = this.#standing;
    if (standing.name !== 'campaigning' || !isSameBallot(standing.ballot, ballot)) return false;
    standing.followers.add(from);
    standing.from = Math.max(standing.from, first);
    for (const { seq, vote } of votes) {
      if (isLower(standing.votes.get(seq)?.ballot, vote.ballot)) standing.votes.set(seq, vote);
    }
    if (!standing.followers.isQuorum()) return false;
    for (const seq of standing.votes.keys()) if (seq < standing.from) standing.votes.delete(seq);
    this.#standing = { ...standing, name: 'leading' };
    this.#leader = undefined;
    this.#spokeAt = -Infinity;
    this.#wakeAt = now;
    return true;
  }

  /** Stops leading. Gives back whom to ask to take over: who was heard last. */
  resign(): { to: PeerId; ballot: Ballot } | undefined {
    const standing = this.#standing;
    if (standing.name !== 'leading') return undefined;
    this.#standing = { name: 'following' };
    const others = [...this.#heardAt.entries()].filter(([peer]) => peer !== this.#options.me);
    const latest = others.toSorted(([, a], [, b]) => b - a)[0];
    return latest && { to: latest[0], ballot: standing.ballot };
  }

  /** Lets go of what is decided or forgotten below `seq`. */
  forgetBelow(seq: number): void {
    const standing = this.#standing;
    if (standing.name !== 'leading') return;
    for (const voted of standing.votes.keys()) if (voted < seq) standing.votes.delete(voted);
  }

  wakeAt(): number | undefined {
    return this.#options.isCandidate ? (this.#wakeAt ?? -Infinity) : undefined;
  }

  /** What is to be said to all others now, if anything. */
  wake(now: number): Canvass | { type: 'heartbeat'; ballot: Ballot } | undefined {
    if (!this.#options.isCandidate || (this.#wakeAt ?? -Infinity) > now) return undefined;
    if (this.#standing.name === 'leading') return this.#beat(now, this.#standing.ballot);
    if (this.#wakeAt === undefined) {
      this.#wakeAt = now + heartbeatMs * this.#options.random.next();
      return undefined;
    }
    this.#leader = undefined;
    this.#poll += 1;
    const endorsers = new Tally(this.#options.peerCount);
    this.#standing = { name: 'canvassing', poll: this.#poll, endorsers };
    this.#waitForSilence(now);
    return { type: 'canvass', poll: this.#poll };
  }

  #beat(now: number, ballot: Ballot): { type: 'heartbeat'; ballot: Ballot } | undefined {
    if (!this.#hearsQuorum(now)) {
      // A leader that reaches no quorum only keeps others from leading.
      this.#standing = { name: 'following' };
      this.#waitForSilence(now);
      return undefined;
    }
    const nextAt = this.#spokeAt + heartbeatMs;
    if (nextAt > now) {
      this.#wakeAt = nextAt;
      return undefined;
    }
    this.#spokeAt = now;
    this.#wakeAt = now + heartbeatMs;
    return { type: 'heartbeat', ballot };
  }

  #hearsQuorum(now: number): boolean {
    const { me, peerCount } = this.#options;
    const heard = new Tally(peerCount);
    for (const [peer, heardAt] of this.#heardAt.entries()) {
      if (peer === me || now - heardAt < silenceMs) heard.add(peer);
    }
    return heard.isQuorum();
  }

  #isBeatenBy(ballot: Ballot): boolean {
    const standing = this.#standing;
    if (standing.name === 'canvassing') return true;
    return standing.name !== 'following' && isLower(standing.ballot, ballot);
  }

  #see(ballot: Ballot): void {
    if (isLower(this.#seen, ballot)) this.#seen = ballot;
  }

  #waitForSilence(now: number): void {
    this.#wakeAt = now + silenceMs + jitterMs * this.#options.random.next();
  }
}
