/**
 * The messages that are about the whole group and not about one instance: who leads the log, and who
 * takes part again after its memory was lost. The chart is in `messages.ts`.
 */
import type { Ballot, InstanceVote } from '../ballot.ts';

/** Candidate to all: does anyone hear a leader? Nobody is bound by the answer. */
export interface Canvass {
  readonly type: 'canvass';
  /** Counts the candidate's tries. */
  readonly poll: number;
}

/** Answer to Canvass: no. Who hears a leader says nothing. */
export interface Endorsed {
  readonly type: 'endorsed';
  readonly poll: number;
}

/** Phase 1(a) for every instance at once. Paxos Made Simple §3. */
export interface Lead {
  readonly type: 'lead';
  readonly ballot: Ballot;
}

/** Phase 1(b) for every instance at once: the log promise, with every vote from `from` on. */
export interface Followed<V> {
  readonly type: 'followed';
  readonly ballot: Ballot;
  /** Nothing is told of instances below: some are decided, or forgotten, or would be too many. */
  readonly from: number;
  readonly votes: readonly InstanceVote<V>[];
}

/** Answer to Lead or Heartbeat: a higher ballot was promised for the log. */
export interface Outbid {
  readonly type: 'outbid';
  readonly ballot: Ballot;
  readonly promised: Ballot;
}

/** Leader to all, when it has said nothing for a while. */
export interface Heartbeat {
  readonly type: 'heartbeat';
  readonly ballot: Ballot;
  /** The leader knows every decision up to here: who lacks one asks. It decides nothing by itself. */
  readonly upTo?: number;
}

/** Answer to Heartbeat. */
export interface Alive {
  readonly type: 'alive';
  readonly ballot: Ballot;
}

/** A leader that stops, to one of the others: take over, at once. News, without an answer. */
export interface Succeed {
  readonly type: 'succeed';
  readonly ballot: Ballot;
}

/** Any peer to all others: how far may anything have been decided by now? */
export interface Survey {
  readonly type: 'survey';
  /** Counts the sender's questions, from a number drawn by chance. */
  readonly poll: number;
}

/** Answer to Survey. */
export interface Surveyed {
  readonly type: 'surveyed';
  readonly poll: number;
  /** The highest seq in which the sender voted, or may have voted and forgotten, or −1. */
  readonly upTo: number;
  /** Up to here the sender knows every decision, or needs it no more; −1 for none. */
  readonly knownUpTo: number;
}

/**
 * A peer without memory to all others: I begin a new life. Paxos Made Live §5.1: a replica with a
 * damaged disk takes no part until nothing it may have promised can matter any more.
 */
export interface Admit {
  readonly type: 'admit';
  /** From 1. Above every life of this peer that any quorum knows of, or it will be refused. */
  readonly life: number;
  /** Drawn by chance: tells one try at a life from another's. */
  readonly attempt: number;
}

/** Answer to Admit: the new life is recorded, durably, and nothing said before it is counted here. */
export interface Admitted {
  readonly type: 'admitted';
  readonly life: number;
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

/** Answer to Admit: a life as high as that is taken. */
export interface Outlived {
  readonly type: 'outlived';
  readonly life: number;
  readonly attempt: number;
  /** The latest life of that peer known to the sender. */
  readonly latest: number;
}

/** About who leads. */
export type LeadershipMessage<V> =
  | Canvass
  | Endorsed
  | Lead
  | Followed<V>
  | Outbid
  | Heartbeat
  | Alive
  | Succeed;
