/**
 * Ballot: the number of a proposal, unique and totally ordered.
 * Paxos Made Simple §2.2: proposals are numbered, and no two proposers share a number.
 */

/** One participant: an index from 0 to peerCount − 1. */
export type PeerId = number;

/**
 * The number of a proposal. Rounds are compared first; the peer breaks ties, so two peers can never
 * make the same ballot.
 */
export interface Ballot {
  /** From 1 to {@link roundMax}. */
  readonly round: number;
  /** The proposer. */
  readonly peer: PeerId;
}

/** What an acceptor accepted. Paxos Made Simple §2.2: an accepted proposal. */
export interface Vote<V> {
  readonly ballot: Ballot;
  readonly value: V;
}

/** A vote, with the instance it was cast in. */
export interface InstanceVote<V> {
  readonly seq: number;
  readonly vote: Vote<V>;
}

/** The highest round of any ballot, so that rounds stay exact integers with room to spare. */
export const roundMax = 2 ** 48;

/** Negative if `a` is the lower ballot, positive if it is the higher, 0 if they are the same. */
export function compareBallots(a: Ballot, b: Ballot): number {
  return a.round - b.round || a.peer - b.peer;
}

/** Whether `a` is a lower ballot than `b`; no ballot at all is lower than any. */
export function isLower(a: Ballot | undefined, b: Ballot): boolean {
  return a === undefined || compareBallots(a, b) < 0;
}

export function isSameBallot(a: Ballot | undefined, b: Ballot): boolean {
  return a !== undefined && a.round === b.round && a.peer === b.peer;
}
