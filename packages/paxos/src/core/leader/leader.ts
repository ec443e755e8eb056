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
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { LogPromised, PrepareLog, PreVote } from '../messages/group.ts';
import type { Outbox } from '../outbox.ts';
import { QuorumVotes, quorumSize } from '../quorum.ts';
import { FailureDetector, silenceMs } from './failure-detector.ts';

/** A leader that said nothing for so long says that it is there. */
const heartbeatMs = 50;
/** Within this time a candidate reaches a quorum, or begins anew. */
const campaignMsMax = 400;

type Role<V> =
  | { readonly name: 'follower' }
  /** Asks whether anyone still hears a leader. Costs nothing, so nobody is disturbed for nothing. */
  | { readonly name: 'preCandidate'; readonly id: number; readonly grants: QuorumVotes }
  | ({ readonly name: 'candidate'; readonly until: number } & LeaderState<V>)
  | ({ readonly name: 'leader' } & LeaderState<V>);

/** What a quorum of acceptors promised for the whole log, and told. */
interface LeaderState<V> {
  readonly ballot: Ballot;
  readonly followers: QuorumVotes;
  /** From this instance on all votes of the followers are known. */
  firstSeq: number;
  /** The highest vote of each instance that any of them told of. */
  readonly votes: Map<number, Vote<V>>;
}

/** A ballot that needs no first phase, with the value it must be for, if there is one. */
export interface FastPath<V> {
  readonly ballot: Ballot;
  readonly vote: Vote<V> | undefined;
}

export interface LeaderOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly random: Random;
  /** Whether this peer wants to lead when nobody does. It follows in any case. */
  readonly isCandidate: boolean;
}

export class Leader<V> {
  readonly #options: LeaderOptions;
  #role: Role<V> = { name: 'follower' };
  /** The highest ballot ever heard of for the whole log: a candidate begins above it. */
  #seen: Ballot | undefined;
  readonly #failureDetector: FailureDetector;
  /** When each peer last answered a request of this one: only that shows that it can be reached. */
  readonly #answeredAt: number[];
  #spokeAt = -Infinity;
  #preVoteId = 0;
  /** When this peer, as leader, next looks whether to say that it is there. */
  #beatAt = -Infinity;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#failureDetector = new FailureDetector(options.random);
    this.#answeredAt = new Array<number>(options.peerCount).fill(-Infinity);
  }

  /** Who leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#role.name === 'leader' ? this.#options.me : this.#failureDetector.leader?.peer;
  }

  get isLeading(): boolean {
    return this.#role.name === 'leader';
  }

  /** At which this peer leads. */
  get ownBallot(): Ballot | undefined {
    return this.#role.name === 'leader' ? this.#role.ballot : undefined;
  }

  /** Whether somebody else was heard to lead at `ballot`, and nobody since at a higher one. */
  follows(ballot: Ballot): boolean {
    return isSameBallot(this.#failureDetector.leader, ballot);
  }

  /** The way past phase 1 in `seq`, if this peer leads there. */
  fastPath(seq: number): FastPath<V> | undefined {
    const role = this.#role;
    // Safety: below `from` nobody told of his votes, so there a first phase must ask for them.
    if (role.name !== 'leader' || seq < role.firstSeq) return undefined;
    return { ballot: role.ballot, vote: role.votes.get(seq) };
  }

  /** Instances in which somebody voted before this peer led: they want to be finished. */
  unfinished(): { seq: number; value: V }[] {
    const role = this.#role;
    if (role.name !== 'leader') return [];
    return [...role.votes].map(([seq, { value }]) => ({ seq, value }));
  }

  /** An answer came from this peer. */
  onAnswer(from: PeerId, now: number): void {
    this.#answeredAt[from] = now;
  }

  /** This peer asked all others for something, as leader. While answers come, that does for a heartbeat. */
  onRequestsSent(now: number): void {
    if (this.#isAnsweredWithin(silenceMs / 2, now)) this.#spokeAt = now;
  }

  /** What a leader at `ballot` says shows that it is there. */
  onLeaderHeard(ballot: Ballot, now: number): void {
    if (isLower(ballot, this.#failureDetector.leader ?? ballot)) return;
    this.#see(ballot);
    if (ballot.peer === this.#options.me) return;
    if (this.#failureDetector.isOutdated(ballot, now)) return;
    if (this.#isBeatenBy(ballot)) this.#role = { name: 'follower' };
    this.#failureDetector.onLeaderHeard(ballot, now);
  }

  /** Makes ready to follow the leader at `ballot` in office, without a write when the time comes. */
  reserveNextBallot(ballot: Ballot, outbox: Outbox<V>): void {
    if (this.#options.isCandidate) this.#options.ballots.reserveAbove(ballot, outbox);
  }

  /** A quorum, or a part of it, promised a higher ballot to somebody else. */
  onHigherBallot(promised: Ballot, now: number): void {
    this.#see(promised);
    if (!this.#isBeatenBy(promised)) return;
    this.#role = { name: 'follower' };
    this.#failureDetector.restartTimer(now);
  }

  /** The connection to this peer ended: if it leads, that may be over. */
  onDisconnected(peer: PeerId, now: number): void {
    const { me, peerCount } = this.#options;
    if (this.#failureDetector.leader?.peer === peer) {
      this.#failureDetector.onLeaderLost(now, (me - peer - 1 + peerCount) % peerCount);
    }
  }

  /** What this peer said was said in an incarnation that is over: its promise is worth nothing. */
  discardAnswersOf(peer: PeerId, now: number): void {
    const role = this.#role;
    if (role.name !== 'leader' && role.name !== 'candidate') return;
    role.followers.remove(peer);
    if (role.name === 'candidate' || role.followers.isQuorum()) return;
    this.#role = { name: 'follower' };
    this.#failureDetector.wakeWithin(0, now);
  }

  /** Whether this peer hears no leader itself, and would follow `from`. */
  grantsPreVote(from: PeerId, now: number): boolean {
    if (this.#role.name === 'leader') return false;
    if (!this.#failureDetector.isSilent(now) && this.#failureDetector.leader?.peer !== from)
      return false;
    this.#failureDetector.backOff(now);
    // Two that canvass at the same time would both be endorsed, and outbid each other.
    const isRival = this.#role.name === 'preCandidate' && from < this.#options.me;
    if (isRival) this.#role = { name: 'follower' };
    return true;
  }

  onPreVoteGranted(
    from: PeerId,
    id: number,
    now: number,
    outbox: Outbox<V>,
  ): PrepareLog | undefined {
    const role = this.#role;
    if (role.name !== 'preCandidate' || role.id !== id) return undefined;
    role.grants.add(from);
    return role.grants.isQuorum() ? this.campaign(now, outbox) : undefined;
  }

  /** The leader stops, and asks this peer to take over. */
  takeOver(now: number, outbox: Outbox<V>): PrepareLog | undefined {
    return this.#options.isCandidate ? this.campaign(now, outbox) : undefined;
  }

  /** Asks for the promises. The ballot is above every one heard of, and durable before it is told. */
  campaign(now: number, outbox: Outbox<V>): PrepareLog {
    const { peerCount, ballots } = this.#options;
    const ballot = ballots.ballotAbove(this.#seen, outbox);
    this.#see(ballot);
    const state = { ballot, followers: new QuorumVotes(peerCount), firstSeq: 0, votes: new Map() };
    this.#failureDetector.clearLeader();
    this.#role = { name: 'candidate', until: now + campaignMsMax, ...state };
    return { type: 'prepareLog', ballot };
  }

  /** Gives back whether this peer leads from now on. */
  onLogPromised(
    from: PeerId,
    { ballot, firstSeq: first, votes }: LogPromised<V>,
    now: number,
  ): boolean {
    const role = this.#role;
    if (role.name !== 'candidate' || !isSameBallot(role.ballot, ballot)) return false;
    role.followers.add(from);
    role.firstSeq = Math.max(role.firstSeq, first);
    for (const { seq, vote } of votes) {
      if (isLower(role.votes.get(seq)?.ballot, vote.ballot)) role.votes.set(seq, vote);
    }
    if (!role.followers.isQuorum()) return false;
    for (const seq of role.votes.keys()) if (seq < role.firstSeq) role.votes.delete(seq);
    this.#role = { ...role, name: 'leader' };
    this.#failureDetector.clearLeader();
    this.#spokeAt = -Infinity;
    this.#beatAt = now;
    return true;
  }

  /** Stops leading. Gives back whom to ask to take over: who answered last. */
  stepDown(): { to: PeerId; ballot: Ballot } | undefined {
    const role = this.#role;
    if (role.name !== 'leader') return undefined;
    this.#role = { name: 'follower' };
    const others = [...this.#answeredAt.entries()].filter(([peer]) => peer !== this.#options.me);
    const latest = others.toSorted(([, a], [, b]) => b - a)[0];
    return latest && { to: latest[0], ballot: role.ballot };
  }

  /** Lets go of what is decided or forgotten below `seq`. */
  forgetBelow(seq: number): void {
    const role = this.#role;
    if (role.name !== 'leader') return;
    for (const voted of role.votes.keys()) if (voted < seq) role.votes.delete(voted);
  }

  wakeAt(): number | undefined {
    const role = this.#role;
    if (!this.#options.isCandidate) return undefined;
    if (role.name === 'leader') return this.#beatAt;
    return role.name === 'candidate' ? role.until : (this.#failureDetector.wakeAt ?? -Infinity);
  }

  /** What is to be said to all others now, if anything. */
  wake(now: number): PreVote | { type: 'heartbeat'; ballot: Ballot } | undefined {
    const wakeAt = this.wakeAt();
    if (wakeAt === undefined || wakeAt > now) return undefined;
    if (this.#role.name === 'leader') return this.#beat(now, this.#role.ballot);
    if (wakeAt === -Infinity) {
      this.#failureDetector.wakeWithin(heartbeatMs, now);
      return undefined;
    }
    this.#failureDetector.startPreVote(now);
    this.#preVoteId += 1;
    const grants = new QuorumVotes(this.#options.peerCount);
    this.#role = { name: 'preCandidate', id: this.#preVoteId, grants };
    return { type: 'preVote', id: this.#preVoteId };
  }

  #beat(now: number, ballot: Ballot): { type: 'heartbeat'; ballot: Ballot } | undefined {
    if (!this.#isAnsweredWithin(silenceMs, now)) {
      // A leader that reaches no quorum only keeps others from leading.
      this.#role = { name: 'follower' };
      this.#failureDetector.restartTimer(now);
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
    const role = this.#role;
    if (role.name === 'preCandidate') return true;
    return role.name !== 'follower' && isLower(role.ballot, ballot);
  }

  #see(ballot: Ballot): void {
    if (isLower(this.#seen, ballot)) this.#seen = ballot;
  }
}
