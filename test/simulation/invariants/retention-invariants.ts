/**
 * Retention invariants: what every envelope tells of forgetting must be true of the states on disk. A node
 * that lost its state counts with what it had, since the others may not have heard of the loss yet.
 */
import type { Envelope } from '@paxkv/paxos';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';
import type { Ledger } from './ledger.ts';

export class RetentionInvariants implements Witness {
  readonly #ledger: Ledger;
  readonly #verdict: Verdict;
  #highestFloor = 0;
  #highestEveryPeerMin = 0;

  constructor(ledger: Ledger, verdict: Verdict) {
    this.#ledger = ledger;
    this.#verdict = verdict;
  }

  onSent({ from, done, floor, min, everyPeerMin }: Envelope<Uint8Array>): void {
    const applied = this.#ledger.applied[from] ?? -1;
    this.#verdict.check(
      done <= applied,
      'a host is done only with what is durable in its state',
      () => `node ${from} is done with ${done}, and its state ends at ${applied}`,
    );
    this.#verdict.check(
      min <= floor && everyPeerMin <= floor,
      'no node forgets above the floor',
      () => `node ${from} has floor ${floor}, min ${min}, and ${everyPeerMin} for every peer`,
    );
    if (floor > this.#highestFloor) this.#checkFloor(from, floor);
    if (everyPeerMin > this.#highestEveryPeerMin) this.#checkEveryPeerMin(from, everyPeerMin);
  }

  #checkFloor(node: number, floor: number): void {
    this.#highestFloor = floor;
    const holders = this.#holderCount(floor);
    this.#verdict.check(
      holders >= this.#ledger.quorumSize,
      'a quorum of states holds what lies below the floor',
      () => `node ${node} has floor ${floor}, and states end at ${this.#ledger.appliedEver}`,
    );
  }

  #checkEveryPeerMin(node: number, everyPeerMin: number): void {
    this.#highestEveryPeerMin = everyPeerMin;
    this.#verdict.check(
      this.#holderCount(everyPeerMin) === this.#ledger.nodeCount,
      'every node is done with what every peer is said to be done with',
      () => `node ${node} says ${everyPeerMin}, and states end at ${this.#ledger.appliedEver}`,
    );
  }

  #holderCount(floor: number): number {
    return this.#ledger.appliedEver.filter((applied) => applied >= floor - 1).length;
  }
}
