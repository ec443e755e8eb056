/**
 * The messages by which the peers agree on one instance, named by its `seq`.
 * Paxos Made Simple §2.2.
 */
import type { Ballot, Vote } from '../ballot.ts';
import type { Outcome } from './commit.ts';

/** Phase 1(a), proposer to acceptors: promise to ignore ballots below this one. */
export interface Prepare {
  readonly type: 'prepare';
  readonly seq: number;
  readonly ballot: Ballot;
}

/** Phase 1(b), acceptor to proposer: the promise, with the acceptor's latest vote. */
export interface Promised<V> {
  readonly type: 'promised';
  readonly seq: number;
  /** The ballot promised: that of the Prepare. */
  readonly ballot: Ballot;
  /** Absent if this acceptor has not voted in the instance. */
  readonly vote?: Vote<V>;
}

/** Phase 2(a), proposer to acceptors: vote for this value. A ballot has one value per instance. */
export interface Accept<V> {
  readonly type: 'accept';
  readonly seq: number;
  readonly ballot: Ballot;
  readonly value: V;
  /** Piggybacked commit notices: from 1 to `outcomeCountMax`. */
  readonly decided?: readonly Outcome[];
  /**
   * Present with notices: the proposer knows every decision up to here. It shows a receiver that missed
   * earlier notices which decisions it lacks.
   */
  readonly knownUpTo?: number;
}

/** Phase 2(b), acceptor to proposer: the vote was cast and is durable. */
export interface Accepted {
  readonly type: 'accepted';
  readonly seq: number;
  readonly ballot: Ballot;
}

/** Acceptor to proposer: refused. Paxos Made Simple §2.2, last paragraph: an optimisation. */
export interface Rejected {
  readonly type: 'rejected';
  readonly seq: number;
  /** The ballot refused: that of the Prepare or Accept. */
  readonly ballot: Ballot;
  /** The higher ballot already promised: the proposer must exceed it. */
  readonly promised: Ballot;
  /** The log promise, if it is what rules out the refused ballot. */
  readonly logPromise?: Ballot;
}
