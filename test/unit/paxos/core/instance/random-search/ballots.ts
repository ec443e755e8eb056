/** All votes that were ever durable, by instance and ballot. Every decision comes from these. */
import type { DurableWrite, PeerId } from '@paxkv/paxos/core';
import { expect } from 'chai';

export class Ballots {
  readonly #quorum: number;
  readonly #votes = new Map<string, { readonly value: string; readonly voters: Set<PeerId> }>();
  readonly #decided = new Map<number, string>();

  constructor(quorum: number) {
    this.#quorum = quorum;
  }

  cast(voter: PeerId, write: DurableWrite<string>): void {
    if (write.type !== 'accepted') return;
    const { seq, ballot, value } = write;
    const key = `${seq}/${ballot.round}.${ballot.peer}`;
    const vote = this.#votes.get(key) ?? { value, voters: new Set<PeerId>() };
    // Chai takes its time, so it is asked only where a check fails.
    if (value !== vote.value) expect(value, `the value of ${key}`).to.equal(vote.value);
    vote.voters.add(voter);
    this.#votes.set(key, vote);
    if (vote.voters.size < this.#quorum) return;
    const decided = this.decided(seq) ?? value;
    if (value !== decided) expect(value, `the value decided in ${seq}`).to.equal(decided);
    this.#decided.set(seq, value);
  }

  /** The value for which a quorum voted at one ballot of `seq`, if any. */
  decided(seq: number): string | undefined {
    return this.#decided.get(seq);
  }
}
