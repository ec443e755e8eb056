/**
 * Leadership: one promise for the whole log instead of one for each instance, so that a group in steady
 * state decides in one round. Paxos Made Simple §3: the distinguished proposer.
 *
 * Leadership is an optimisation that nothing depends on. Without a leader every peer can still get
 * instances decided, and competition over one instance does not disturb the leader in others. Safety rests
 * only on the promises of the acceptors, and on the leader proposing the values of the votes they report.
 */
import type { Random } from '../../environment.ts';
import { type Ballot, isLower, isSameBallot, type PeerId, type Vote } from '../ballot.ts';
import type { BallotAllocator } from '../ballot-allocator.ts';
import type { Decision } from '../effects.ts';
import type { LogPromised, PrepareLog, PreVote, TransferLeadership } from '../messages/leader.ts';
import { QuorumVotes, quorumSize } from '../quorum.ts';
import type { Step } from '../step.ts';
import { FailureDetector, silenceMs } from './failure-detector.ts';
import { type LeaderRole, type Role, resumedRole, roleSnapshot } from './leader-role.ts';
import { LogPromises } from './log-promises.ts';

/** A leader that has sent nothing for this long sends a heartbeat. */
const heartbeatMs = 50;
/** How long a candidate waits for the promises of a quorum before it starts again. */
const candidacyMsMax = 400;

/** A ballot that needs no phase 1 in an instance, and the vote, if any, whose value it must propose. */
export interface FastPath<V> {
  readonly ballot: Ballot;
  readonly vote: Vote<V> | undefined;
}

export interface LeaderOptions {
  readonly me: PeerId;
  readonly peerCount: number;
  readonly ballots: BallotAllocator;
  readonly random: Random;
  /** Whether this peer tries to lead when no other does. It follows in any case. */
  readonly isCandidate: boolean;
}

export class Leader<V> {
  readonly #options: LeaderOptions;
  readonly #failureDetector: FailureDetector;
  #role: Role<V> = { name: 'follower' };
  /** The highest ballot known to be used for the whole log: a candidate goes above it. */
  #seen: Ballot | undefined;
  /** When each peer last answered this one. Only an answer shows that a peer can be reached. */
  readonly #answeredAt = new Map<PeerId, number>();
  #preVoteId = 0;

  constructor(options: LeaderOptions) {
    this.#options = options;
    this.#failureDetector = new FailureDetector(options.random);
  }

  /** Starts the election timer of a candidate, unless it is running. */
  start(now: number): void {
    if (this.#options.isCandidate) this.#failureDetector.start(now);
  }

  /** The peer that leads, as far as is known here. */
  get leader(): PeerId | undefined {
    return this.#role.name === 'leader' ? this.#options.me : this.#failureDetector.leader?.peer;
  }

  get isLeading(): boolean {
    return this.#role.name === 'leader';
  }

  /** The ballot at which this peer leads, if it does. */
  get ownBallot(): Ballot | undefined {
    return this.#role.name === 'leader' ? this.#role.promises.ballot : undefined;
  }

  /** Whether `ballot` is that of the leader which this peer follows. */
  follows(ballot: Ballot): boolean {
    return isSameBallot(this.#failureDetector.leader, ballot);
  }

  /** The ballot that needs no phase 1 in `seq`, if this peer leads there. */
  fastPath(seq: number): FastPath<V> | undefined {
    const role = this.#role;
    // Safety: if the acceptors did not report their votes in an instance, phase 1 must ask for them.
    if (role.name !== 'leader' || !role.promises.covers(seq)) return undefined;
    return { ballot: role.promises.ballot, vote: role.promises.vote(seq) };
  }

  /** Votes that acceptors reported when this peer became leader. */
  reportedVotes(): Decision<V>[] {
    return this.#role.name === 'leader' ? this.#role.promises.reportedVotes() : [];
  }

  /** An answer came from this peer. */
  onAnswer(from: PeerId, now: number): void {
    this.#answeredAt.set(from, now);
  }

  /** This leader sent all others a request. While they answer, the request replaces a heartbeat. */
  onRequestsSent(now: number): void {
    if (this.#role.name === 'leader' && this.#isReachingQuorum(silenceMs / 2, now))
      this.#role.requestedAt = now;
  }

  /** A message shows that a leader at `ballot` is alive. */
  onLeaderHeard(ballot: Ballot, now: number): void {
    if (isLower(ballot, this.#failureDetector.leader ?? ballot)) return;
    this.#see(ballot);
    if (ballot.peer === this.#options.me) return;
    if (this.#failureDetector.isOutdated(ballot, now)) return;
    if (this.#isSupersededBy(ballot)) this.#role = { name: 'follower' };
    this.#failureDetector.onLeaderHeard(ballot, now);
  }

  /** Reserves a ballot above the leader's, so that a later candidacy needs no write first. */
  reserveNextBallot(ballot: Ballot, step: Step<V>): void {
    if (this.#options.isCandidate) this.#options.ballots.reserveAbove(ballot, step);
  }

  /** An acceptor promised a higher ballot to another peer. */
  onHigherBallot(promised: Ballot, now: number): void {
    this.#see(promised);
    if (!this.#isSupersededBy(promised)) return;
    this.#role = { name: 'follower' };
    this.#failureDetector.restartTimer(now);
  }

  /** The connection to `peer` ended. If it leads, it may have failed. */
  onDisconnected(peer: PeerId, now: number): void {
    const { me, peerCount } = this.#options;
    if (this.#failureDetector.leader?.peer === peer) {
      this.#failureDetector.onLeaderLost(now, (me - peer - 1 + peerCount) % peerCount);
    }
  }

  /** `peer` has begun a new incarnation: its log promise no longer counts. */
  discardAnswersOf(peer: PeerId, now: number): void {
    const role = this.#role;
    if (role.name !== 'leader' && role.name !== 'candidate') return;
    role.promises.discardAnswersOf(peer);
    if (role.name === 'candidate' || role.promises.isQuorum()) return;
    this.#role = { name: 'follower' };
    this.#failureDetector.wakeWithin(0, now);
  }

  /** Whether this peer knows of no live leader other than `from`. */
  grantsPreVote(from: PeerId, now: number): boolean {
    if (this.#role.name === 'leader') return false;
    if (!this.#failureDetector.isSilent(now) && this.#failureDetector.leader?.peer !== from)
      return false;
    this.#failureDetector.backOff(now);
    // Two pre-candidates would both win and then supersede each other, so only the lower number continues.
    const isRival = this.#role.name === 'preCandidate' && from < this.#options.me;
    if (isRival) this.#role = { name: 'follower' };
    return true;
  }

  /** Returns the request to send to all peers, if this grant completes a quorum. */
  onPreVoteGranted(from: PeerId, id: number, step: Step<V>): PrepareLog | undefined {
    const role = this.#role;
    if (role.name !== 'preCandidate' || role.id !== id) return undefined;
    role.grants.add(from);
    return role.grants.isQuorum() ? this.becomeCandidate(step) : undefined;
  }

  /** The leader stops, and asks this peer to take over. Returns the request to send to all peers. */
  onTransferLeadership(step: Step<V>): PrepareLog | undefined {
    return this.#options.isCandidate ? this.becomeCandidate(step) : undefined;
  }

  /** Returns the request to send to all peers. Its ballot is above every ballot known here. */
  becomeCandidate(step: Step<V>): PrepareLog {
    const { peerCount, ballots } = this.#options;
    const ballot = ballots.ballotAbove(this.#seen, step);
    this.#see(ballot);
    const promises = new LogPromises<V>(ballot, peerCount);
    this.#failureDetector.clearLeader();
    this.#role = { name: 'candidate', until: step.now + candidacyMsMax, promises };
    return { type: 'prepareLog', ballot };
  }

  /** Returns whether this peer leads from now on. */
  onLogPromised(from: PeerId, message: LogPromised<V>, now: number): boolean {
    const role = this.#role;
    if (role.name !== 'candidate') return false;
    const { promises } = role;
    promises.add(from, message);
    if (!promises.isQuorum()) return false;
    const requestedAt = Number.NEGATIVE_INFINITY;
    this.#role = { name: 'leader', promises, requestedAt, checkAt: now };
    this.#failureDetector.clearLeader();
    return true;
  }

  /** Stops leading. Returns what to send to the peer that answered last, if this peer led. */
  stepDown(): { to: PeerId; message: TransferLeadership } | undefined {
    const role = this.#role;
    if (role.name !== 'leader') return undefined;
    this.#role = { name: 'follower' };
    const others = [...this.#answeredAt].filter(([peer]) => peer !== this.#options.me);
    const latest = others.toSorted(([, a], [, b]) => b - a)[0];
    const message = { type: 'transferLeadership', ballot: role.promises.ballot } as const;
    return latest && { to: latest[0], message };
  }

  /** Frees the reported votes below `seq`. */
  forgetBelow(seq: number): void {
    if (this.#role.name === 'leader') this.#role.promises.forgetBelow(seq);
  }

  wakeAt(): number | undefined {
    const role = this.#role;
    if (!this.#options.isCandidate) return undefined;
    if (role.name === 'leader') return role.checkAt;
    return role.name === 'candidate' ? role.until : this.#failureDetector.wakeAt;
  }

  /** Returns what to send to all others now, if anything. */
  wake(now: number): PreVote | { type: 'heartbeat'; ballot: Ballot } | undefined {
    const wakeAt = this.wakeAt();
    if (wakeAt === undefined || wakeAt > now) return undefined;
    if (this.#role.name === 'leader') return this.#heartbeat(this.#role, now);
    this.#failureDetector.startPreVote(now);
    this.#preVoteId += 1;
    const grants = new QuorumVotes(this.#options.peerCount);
    this.#role = { name: 'preCandidate', id: this.#preVoteId, grants };
    return { type: 'preVote', id: this.#preVoteId };
  }

  snapshot() {
    return {
      role: roleSnapshot(this.#role),
      seen: this.#seen,
      answeredAt: [...this.#answeredAt],
      preVoteId: this.#preVoteId,
      failureDetector: this.#failureDetector.snapshot(),
    };
  }

  resume(snapshot: ReturnType<Leader<V>['snapshot']>): void {
    this.#role = resumedRole(snapshot.role, this.#options.peerCount);
    this.#seen = snapshot.seen;
    this.#answeredAt.clear();
    for (const [peer, at] of snapshot.answeredAt) this.#answeredAt.set(peer, at);
    this.#preVoteId = snapshot.preVoteId;
    this.#failureDetector.resume(snapshot.failureDetector);
  }

  #heartbeat(role: LeaderRole<V>, now: number): { type: 'heartbeat'; ballot: Ballot } | undefined {
    if (!this.#isReachingQuorum(silenceMs, now)) {
      // A leader that reaches no quorum only keeps others from leading.
      this.#role = { name: 'follower' };
      this.#failureDetector.restartTimer(now);
      return undefined;
    }
    const dueAt = role.requestedAt + heartbeatMs;
    if (dueAt > now) {
      role.checkAt = dueAt;
      return undefined;
    }
    role.checkAt = now + heartbeatMs;
    return { type: 'heartbeat', ballot: role.promises.ballot };
  }

  /** Whether a quorum, this peer included, answered within the last `ms` milliseconds. */
  #isReachingQuorum(ms: number, now: number): boolean {
    const { me, peerCount } = this.#options;
    let count = 1;
    for (const [peer, answeredAt] of this.#answeredAt) {
      if (peer !== me && now - answeredAt < ms) count += 1;
    }
    return count >= quorumSize(peerCount);
  }

  #isSupersededBy(ballot: Ballot): boolean {
    const role = this.#role;
    if (role.name === 'preCandidate') return true;
    return role.name !== 'follower' && isLower(role.promises.ballot, ballot);
  }

  #see(ballot: Ballot): void {
    if (isLower(this.#seen, ballot)) this.#seen = ballot;
  }
}
