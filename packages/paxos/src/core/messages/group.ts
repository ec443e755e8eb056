/**
 * The messages that are about the whole group and not about one instance: who leads the log, and who
 * takes part again after its memory was lost. The chart is in `messages.ts`.
 */
import type { Ballot, InstanceVote } from '../ballot.ts';

/** Candidate to all: does anyone hear a leader? Nobody is bound by the answer. */
export interface PreVote {
  readonly type: 'preVote';
  /** Counts the candidate's tries. */
  readonly id: number;
}

/** Answer to Canvass: no. Who hears a leader says nothing. */
export interface PreVoteGranted {
  readonly type: 'preVoteGranted';
  readonly id: number;
}

/** Phase 1(a) for every instance at once. Paxos Made Simple §3. */
export interface PrepareLog {
  readonly type: 'prepareLog';
  readonly ballot: Ballot;
}

/** Phase 1(b) for every instance at once: the log promise, with every vote from `from` on. */
export interface LogPromised<V> {
  readonly type: 'logPromised';
  readonly ballot: Ballot;
  /** Nothing is told of instances below: some are decided, or forgotten, or would be too many. */
  readonly firstSeq: number;
  readonly votes: readonly InstanceVote<V>[];
}

/** Answer to Lead or Heartbeat: a higher ballot was promised for the log. */
export interface LogRejected {
  readonly type: 'logRejected';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** Leader to all, when it has said nothing for a while. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly ballot: Ballot;
  /** The leader knows every decision up to here: who lacks one asks. It decides nothing by itself. */
  readonly knownUpTo?: number;
}

/** Answer to Heartbeat. */
export interface HeartbeatAck {
  readonly type: 'heartbeatAck';
  readonly ballot: Ballot;
}

/** A leader that stops, to one of the others: take over, at once. News, without an answer. */
export interface TransferLeadership {
  readonly type: 'transferLeadership';
  readonly ballot: Ballot;
}

/** Any peer to all others: how far may anything have been decided by now? */
export interface ReadIndex {
  readonly type: 'readIndex';
  /** Counts the sender's questions, from a number drawn by chance. */
  readonly id: number;
}

/** Answer to Survey. */
export interface ReadIndexReply {
  readonly type: 'readIndexReply';
  readonly id: number;
  /** The highest seq in which the sender voted, or may have voted and forgotten, or −1. */
  readonly readIndex: number;
  /** Up to here the sender knows every decision, or needs it no more; −1 for none. */
  readonly knownUpTo: number;
}

/**
 * A peer without memory to all others: I begin a new incarnation. Paxos Made Live §5.1: a replica with a
 * damaged disk takes no part until nothing it may have promised can matter any more.
 */
export interface Admit {
  readonly type: 'admit';
  /** From 1. Above every incarnation of this peer that any quorum knows of, or it will be refused. */
  readonly incarnation: number;
  /** Drawn by chance: tells one try at an incarnation from another's. */
  readonly attempt: number;
}

/** Answer to Admit: the new incarnation is recorded, durably, and nothing said before it is counted here. */
export interface Admitted {
  readonly type: 'admitted';
  readonly incarnation: number;
  readonly attempt: number;
  /** Whether the sender has memory itself: it takes part, and knows in what it took part. */
  readonly isMember: boolean;
  /** Whether the sender never admitted this peer before. */
  readonly isNew: boolean;
  /** The highest seq the sender knew of when it answered, or −1. */
  readonly max: number;
  /** The highest round the sender ever promised for the whole log, or 0. */
  readonly round: number;
}

/** Answer to Admit: an incarnation as high as that is taken. */
export interface StaleIncarnation {
  readonly type: 'staleIncarnation';
  readonly incarnation: number;
  readonly attempt: number;
  /** The latest incarnation of that peer known to the sender. */
  readonly latest: number;
}

/** About who leads. */
export type LeadershipMessage<V> =
  | PreVote
  | PreVoteGranted
  | PrepareLog
  | LogPromised<V>
  | LogRejected
  | Heartbeat
  | HeartbeatAck
  | TransferLeadership;
