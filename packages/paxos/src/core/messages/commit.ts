/**
 * The messages that spread decisions, and the question how far decisions may go.
 * Paxos Made Simple §2.3.
 */
import type { Ballot } from '../ballot.ts';

/**
 * An instance, with the ballot at which a quorum voted in it. The instance is decided. A peer that voted
 * at this ballot or a higher one has the value; any other asks for it.
 */
export interface Outcome {
  readonly seq: number;
  readonly ballot: Ballot;
}

/** How many outcomes one Accept may carry. */
export const outcomeCountMax = 64;

/** Proposer to learners: a quorum voted. It has no answer. */
export interface Decided<V> {
  readonly type: 'decided';
  readonly seq: number;
  /** The ballot at which the quorum voted. The receiver needs it only if there is no value. */
  readonly ballot: Ballot;
  /** Absent for a peer that was asked to vote at `ballot`: it has the value from that, or asks for it. */
  readonly value?: V;
}

/** Learner to a peer that knows more: what was decided? */
export interface Learn {
  readonly type: 'learn';
  /** The first instance asked about. */
  readonly seq: number;
  /** How many consecutive instances are wanted, from 1 to {@link learnCountMax}. */
  readonly count: number;
}

/** How many instances one Learn may ask for, so that an answer stays a moderate multiple of one value. */
export const learnCountMax = 16;

/** Answer to any request about a decided instance. */
export interface Learned<V> {
  readonly type: 'learned';
  readonly seq: number;
  /** What was decided in `seq` and the instances right after it: at least one, at most as many as asked for. */
  readonly values: readonly V[];
}

/**
 * Answer to any request about an instance below the sender's `min`, and to a Learn about one that the sender
 * holds nothing of because its host took a later state.
 */
export interface Forgotten {
  readonly type: 'forgotten';
  readonly seq: number;
}

/** Any peer to others: how far may anything have been decided by now? */
export interface ReadIndex {
  readonly type: 'readIndex';
  /** Numbers the sender's questions, from a random start. */
  readonly id: number;
}

/** Answer to ReadIndex. */
export interface ReadIndexReply {
  readonly type: 'readIndexReply';
  readonly id: number;
  /** The highest seq in which the sender voted, or may have voted and forgotten it, or −1. */
  readonly readIndex: number;
  /** The sender knows every decision up to here, or no longer needs it; −1 for none. */
  readonly knownUpTo: number;
}
