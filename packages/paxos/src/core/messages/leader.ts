/**
 * The messages about who leads the log, and about the log promise a leader rests on.
 * Paxos Made Simple §3.
 */
import type { Ballot, InstanceVote } from '../ballot.ts';

/**
 * Candidate to all peers: do you see a leader? The answer is not binding, so a candidate can find out
 * that others still follow a leader without disturbing it.
 */
export interface PreVote {
  readonly type: 'preVote';
  /** Numbers the candidate's pre-votes. */
  readonly id: number;
}

/** Answer to PreVote: the sender sees no leader. A peer that sees one does not answer. */
export interface PreVoteGranted {
  readonly type: 'preVoteGranted';
  readonly id: number;
}

/** Phase 1(a) for every instance at once. */
export interface PrepareLog {
  readonly type: 'prepareLog';
  readonly ballot: Ballot;
}

/** Phase 1(b) for every instance at once: the log promise, with every open vote from `firstSeq` on. */
export interface LogPromised<V> {
  readonly type: 'logPromised';
  readonly ballot: Ballot;
  /** The answer does not cover lower instances: they are decided, forgotten, or too many to list. */
  readonly firstSeq: number;
  readonly votes: readonly InstanceVote<V>[];
}

/** Answer to PrepareLog or Heartbeat: the sender promised the log to a higher ballot. */
export interface LogRejected {
  readonly type: 'logRejected';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** Leader to all peers, when it has sent them nothing else for a while. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly ballot: Ballot;
  /** The leader knows every decision up to here. A follower that lacks one asks for it. */
  readonly knownUpTo?: number;
}

/** Answer to Heartbeat. */
export interface HeartbeatAck {
  readonly type: 'heartbeatAck';
  readonly ballot: Ballot;
}

/** From a leader that stops to one other peer: become a candidate at once. It has no answer. */
export interface TransferLeadership {
  readonly type: 'transferLeadership';
  readonly ballot: Ballot;
}
