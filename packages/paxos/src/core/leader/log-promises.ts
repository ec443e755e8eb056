/**
 * The log promises that a candidate collects and a leader rests on, with the votes that came with them.
 * Paxos Made Simple §3.
 */
import { type Ballot, isLower, isSameBallot, type PeerId, type Vote } from '../ballot.ts';
import type { Decision } from '../effects.ts';
import type { LogPromised } from '../messages/leader.ts';
import { QuorumVotes } from '../quorum.ts';

export class LogPromises<V> {
  readonly ballot: Ballot;
  readonly #acceptors: QuorumVotes;
  /** The highest vote reported in each instance. */
  readonly #votes = new Map<number, Vote<V>>();
  #firstSeq = 0;

  constructor(ballot: Ballot, peerCount: number) {
    this.ballot = ballot;
    this.#acceptors = new QuorumVotes(peerCount);
  }

  add(from: PeerId, { ballot, firstSeq, votes }: LogPromised<V>): void {
    // Safety: a promise to an earlier ballot says nothing about this one.
    if (!isSameBallot(this.ballot, ballot)) return;
    this.#acceptors.add(from);
    this.#firstSeq = Math.max(this.#firstSeq, firstSeq);
    for (const { seq, vote } of votes) {
      if (isLower(this.#votes.get(seq)?.ballot, vote.ballot)) this.#votes.set(seq, vote);
    }
    this.forgetBelow(this.#firstSeq);
  }

  /** `peer` has begun a new incarnation: its promise no longer counts. */
  discardAnswersOf(peer: PeerId): void {
    this.#acceptors.remove(peer);
  }

  isQuorum(): boolean {
    return this.#acceptors.isQuorum();
  }

  /** Whether every vote of these acceptors in `seq` is known, so that `seq` needs no phase 1. */
  covers(seq: number): boolean {
    return seq >= this.#firstSeq;
  }

  /** The highest vote reported in `seq`, if any. It binds the value there. */
  vote(seq: number): Vote<V> | undefined {
    return this.#votes.get(seq);
  }

  /** The highest reported votes: other peers began these instances, and a new leader finishes them. */
  reportedVotes(): Decision<V>[] {
    return [...this.#votes].map(([seq, { value }]) => ({ seq, value }));
  }

  forgetBelow(seq: number): void {
    for (const voted of this.#votes.keys()) if (voted < seq) this.#votes.delete(voted);
  }

  snapshot() {
    const [acceptors, votes] = [this.#acceptors.peers, [...this.#votes]];
    return { ballot: this.ballot, acceptors, votes, firstSeq: this.#firstSeq };
  }

  static resumed<V>(
    { ballot, acceptors, votes, firstSeq }: ReturnType<LogPromises<V>['snapshot']>,
    peerCount: number,
  ): LogPromises<V> {
    const promises = new LogPromises<V>(ballot, peerCount);
    for (const peer of acceptors) promises.#acceptors.add(peer);
    for (const [seq, vote] of votes) promises.#votes.set(seq, vote);
    promises.#firstSeq = firstSeq;
    return promises;
  }
}
