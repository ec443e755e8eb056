/** Votes: all votes that any disk ever held. They show what was decided, even if no peer knows it. */
import type { Ballot } from '@paxkv/paxos';
import { ballotText, compareBallots } from '../protocol/writes.ts';
import { quorumOf } from '../settings.ts';

interface BallotVotes {
  readonly ballot: Ballot;
  readonly value: string;
  readonly voters: Set<number>;
}

/** A value that a quorum voted for at one ballot. */
export interface Chosen {
  readonly ballot: Ballot;
  readonly value: string;
}

export class Votes {
  readonly #quorum: number;
  /** The voters by instance, then by ballot and value. */
  readonly #instances = new Map<number, Map<string, BallotVotes>>();

  constructor(peerCount: number) {
    this.#quorum = quorumOf(peerCount);
  }

  add(peer: number, seq: number, ballot: Ballot, value: string): void {
    const votes = this.#instances.get(seq) ?? new Map<string, BallotVotes>();
    this.#instances.set(seq, votes);
    const key = `${ballotText(ballot)} ${value}`;
    const same = votes.get(key) ?? { ballot, value, voters: new Set<number>() };
    votes.set(key, same);
    same.voters.add(peer);
  }

  has(peer: number, seq: number, ballot: Ballot): boolean {
    const votes = [...(this.#instances.get(seq)?.values() ?? [])];
    return votes.some((each) => compareBallots(each.ballot, ballot) === 0 && each.voters.has(peer));
  }

  /** All values chosen in the instance, by ballot. More than one value breaks agreement. */
  chosen(seq: number): Chosen[] {
    return [...(this.#instances.get(seq)?.values() ?? [])]
      .filter(({ voters }) => voters.size >= this.#quorum)
      .sort((a, b) => compareBallots(a.ballot, b.ballot));
  }
}
