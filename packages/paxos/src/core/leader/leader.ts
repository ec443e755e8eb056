/**
 * Leadership: one promise for the whole log instead of one for each instance, so that a group at rest
 * decides in one round. Paxos Made Simple §3: the distinguished proposer.
 *
 * It is an optimisation and never a condition: with no leader every peer still gets instances decided by
 * itself, and a contest over one instance disturbs that instance and not the leader. So nothing here is
 * needed for safety but the promises that acceptors make, and what the leader does with their votes.
 */
import type { Random } from '../../environment.ts';
import { type Ballot, isLower, isSameBallot, type PeerId, type Vote } from '../ballot.ts';
import type { Rounds } from '../ballot-allocator.ts';
import type { Canvass, Followed, Lead } from '../messages/group.ts';
import type { Outbox } from '../outbox.ts';
import { quorumSize, Tally } from '../quorum.ts';
import { silenceMs, Vigil } from './failure-detector.ts';

/** A leader that said nothing for so long says that it is there. */
const heartbeatMs = 50;
/** Within this time a candidate reaches a quorum, or begins anew. */
const campaignMs = 400;

type Standing<V> =
  | { readonly name: 'following' }
  /** Asks whether anyone still hears a leader. Costs nothing, so nobody is disturbed for nothing. */
  | { readonly name: 'canvassing'; readonly poll: number; readonly endorsers: Tally }
  | ({ readonly name: 'campaigning'; readonly until: number } & Mandate<V>)
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
  /** The highest ballot ever heard of for the whole log: a candidate begins above it. */
  #seen: Ballot | undefined;
  readonly #vigil: Vigil;
  /** When each peer last answered a request of this one: only that shows that it can be reached. */
  readonly #answeredAt: number[];
  #spokeAt = -Infinity;
  #poll = 0;
  /** When this peer, as leader, next looks whether to say that it is there. */
  #beatAt = -Infinity;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#vigil = new Vigil(options.random);
    this.#answeredAt = new Array<number>(options.peerCount).fill(-Infinity);
  }

  /** Who leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#standing.name === 'leading' ? this.#options.me : this.#vigil.leader?.peer;
  }

  get isLeading(): boolean {
    return this.#standing.name === 'leading';
  }

  /** At which this peer leads. */
  get ownBallot(): Ballot | undefined {
    return this.#standing.name === 'leading' ? this.#standing.ballot : undefined;
  }

  /** Whether somebody else was heard to lead at `ballot`, and nobody since at a higher one. */
  follows(ballot: Ballot): boolean {
    return isSameBallot(this.#vigil.leader, ballot);
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

  /** An answer came from this peer. */
  answered(from: PeerId, now: number): void {
    this.#answeredAt[from] = now;
  }

  /** This peer asked all others for something, as leader. While answers come, that does for a heartbeat. */
  spoke(now: number): void {
    if (this.#isAnsweredWithin(silenceMs / 2, now)) this.#spokeAt = now;
  }

  /** What a leader at `ballot` says shows that it is there. */
  heardLeader(ballot: Ballot, now: number): void {
    if (isLower(ballot, this.#vigil.leader ?? ballot)) return;
    this.#see(ballot);
    if (ballot.peer === this.#options.me) return;
    if (this.#vigil.doubts(ballot, now)) return;
    if (this.#isBeatenBy(ballot)) this.#standing = { name: 'following' };
    this.#vigil.heard(ballot, now);
  }

  /** Makes ready to follow the leader at `ballot` in office, without a write when the time comes. */
  standBy(ballot: Ballot, outbox: Outbox<V>): void {
    if (this.#options.isCandidate) this.#options.rounds.reserveAbove(ballot, outbox);
  }

  /** A quorum, or a part of it, promised a higher ballot to somebody else. */
  outbid(promised: Ballot, now: number): void {
    this.#see(promised);
    if (!this.#isBeatenBy(promised)) return;
    this.#standing = { name: 'following' };
    this.#vigil.watch(now);
  }

  /** The connection to this peer ended: if it leads, that may be over. */
  lost(peer: PeerId, now: number): void {
    const { me, peerCount } = this.#options;
    if (this.#vigil.leader?.peer === peer) {
      this.#vigil.lose(now, (me - peer - 1 + peerCount) % peerCount);
    }
  }

  /** What this peer said was said in a life that is over: its promise is worth nothing. */
  disregard(peer: PeerId, now: number): void {
    const standing = this.#standing;
    if (standing.name !== 'leading' && standing.name !== 'campaigning') return;
    standing.followers.remove(peer);
    if (standing.name === 'campaigning' || standing.followers.isQuorum()) return;
    this.#standing = { name: 'following' };
    this.#vigil.wakeWithin(0, now);
  }

  /** Whether this peer hears no leader itself, and would follow `from`. */
  endorses(from: PeerId, now: number): boolean {
    if (this.#standing.name === 'leading') return false;
    if (!this.#vigil.isSilent(now) && this.#vigil.leader?.peer !== from) return false;
    this.#vigil.yield(now);
    // Two that canvass at the same time would both be endorsed, and outbid each other.
    const isRival = this.#standing.name === 'canvassing' && from < this.#options.me;
    if (isRival) this.#standing = { name: 'following' };
    return true;
  }

  onEndorsed(from: PeerId, poll: number, now: number, outbox: Outbox<V>): Lead | undefined {
    const standing = this.#standing;
    if (standing.name !== 'canvassing' || standing.poll !== poll) return undefined;
    standing.endorsers.add(from);
    return standing.endorsers.isQuorum() ? this.campaign(now, outbox) : undefined;
  }

  /** The leader stops, and asks this peer to take over. */
  succeed(now: number, outbox: Outbox<V>): Lead | undefined {
    return this.#options.isCandidate ? this.campaign(now, outbox) : undefined;
  }

  /** Asks for the promises. The ballot is above every one heard of, and durable before it is told. */
  campaign(now: number, outbox: Outbox<V>): Lead {
    const { peerCount, rounds } = this.#options;
    const ballot = rounds.ballotAbove(this.#seen, outbox);
    this.#see(ballot);
    const mandate = { ballot, followers: new Tally(peerCount), from: 0, votes: new Map() };
    this.#vigil.forsake();
    this.#standing = { name: 'campaigning', until: now + campaignMs, ...mandate };
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
    this.#vigil.forsake();
    this.#spokeAt = -Infinity;
    this.#beatAt = now;
    return true;
  }

  /** Stops leading. Gives back whom to ask to take over: who answered last. */
  resign(): { to: PeerId; ballot: Ballot } | undefined {
    const standing = this.#standing;
    if (standing.name !== 'leading') return undefined;
    this.#standing = { name: 'following' };
    const others = [...this.#answeredAt.entries()].filter(([peer]) => peer !== this.#options.me);
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
    const standing = this.#standing;
    if (!this.#options.isCandidate) return undefined;
    if (standing.name === 'leading') return this.#beatAt;
    return standing.name === 'campaigning' ? standing.until : (this.#vigil.wakeAt ?? -Infinity);
  }

  /** What is to be said to all others now, if anything. */
  wake(now: number): Canvass | { type: 'heartbeat'; ballot: Ballot } | undefined {
    const wakeAt = this.wakeAt();
    if (wakeAt === undefined || wakeAt > now) return undefined;
    if (this.#standing.name === 'leading') return this.#beat(now, this.#standing.ballot);
    if (wakeAt === -Infinity) {
      this.#vigil.wakeWithin(heartbeatMs, now);
      return undefined;
    }
    this.#vigil.begin(now);
    this.#poll += 1;
    const endorsers = new Tally(this.#options.peerCount);
    this.#standing = { name: 'canvassing', poll: this.#poll, endorsers };
    return { type: 'canvass', poll: this.#poll };
  }

  #beat(now: number, ballot: Ballot): { type: 'heartbeat'; ballot: Ballot } | undefined {
    if (!this.#isAnsweredWithin(silenceMs, now)) {
      // A leader that reaches no quorum only keeps others from leading.
      this.#standing = { name: 'following' };
      this.#vigil.watch(now);
      return undefined;
    }
    const nextAt = this.#spokeAt + heartbeatMs;
    if (nextAt > now) {
      this.#beatAt = nextAt;
      return undefined;
    }
    this.#spokeAt = now;
    this.#beatAt = now + heartbeatMs;
    return { type: 'heartbeat', ballot };
  }

  /** Whether a quorum, with this peer, answered so recently. */
  #isAnsweredWithin(ms: number, now: number): boolean {
    const { me, peerCount } = this.#options;
    let count = 0;
    for (let peer = 0; peer < peerCount; peer += 1) {
      if (peer === me || now - (this.#answeredAt[peer] ?? -Infinity) < ms) count += 1;
    }
    return count >= quorumSize(peerCount);
  }

  #isBeatenBy(ballot: Ballot): boolean {
    const standing = this.#standing;
    if (standing.name === 'canvassing') return true;
    return standing.name !== 'following' && isLower(standing.ballot, ballot);
  }

  #see(ballot: Ballot): void {
    if (isLower(this.#seen, ballot)) this.#seen = ballot;
  }
}
