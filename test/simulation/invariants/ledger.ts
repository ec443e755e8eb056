/**
 * What all disks together remember, and ever did: the votes of each instance, and so what was decided,
 * by the definition of it and whatever the servers themselves know of it.
 */
import type { Ballot } from '@paxkv/paxos/core';

type Bytes = Uint8Array;

/** More than any cluster has nodes. */
const nodeCountMax = 8;

/** A ballot as one number, in the same order. */
export function rankOf({ round, peer }: Ballot): number {
  return round * nodeCountMax + peer;
}

/** Whose ballot it is. */
export function proposerOf(rank: number): number {
  return rank % nodeCountMax;
}

export function nameOf(rank: number): string {
  return `${Math.floor(rank / nodeCountMax)}.${proposerOf(rank)}`;
}

/** What was voted for at one ballot, and by whom. */
interface BallotVotes {
  readonly value: Bytes;
  readonly voters: Set<number>;
}

export interface DecidedValue {
  readonly value: Bytes;
  /** Of the first quorum. */
  readonly rank: number;
}

export class InstanceRecord {
  /** The promise on each node's disk, or −1. */
  readonly promised: number[];
  /** Every ballot that each node ever promised to. */
  readonly promises: readonly Set<number>[];
  /** By the rank of their ballot. */
  readonly votes = new Map<number, BallotVotes>();
  decided: DecidedValue | undefined;

  constructor(nodeCount: number) {
    this.promised = new Array<number>(nodeCount).fill(-1);
    this.promises = Array.from({ length: nodeCount }, () => new Set<number>());
  }

  hasVoted(node: number, rank: number): boolean {
    return this.votes.get(rank)?.voters.has(node) ?? false;
  }

  /** The rank of the highest ballot below `rank` at which `node` voted, or −1. */
  highestVoteBelow(rank: number, node: number): number {
    let highest = -1;
    for (const [at, { voters }] of this.votes) {
      if (at < rank && at > highest && voters.has(node)) highest = at;
    }
    return highest;
  }

  /** The rank of the highest ballot at which `node` voted, or −1. */
  highestVote(node: number): number {
    return this.highestVoteBelow(Number.POSITIVE_INFINITY, node);
  }
}

export class Ledger {
  readonly nodeCount: number;
  readonly quorumSize: number;
  /** How far each node's state is durable, or −1. */
  readonly applied: number[];
  /** Rounds that each node has reserved. */
  readonly reserved: number[];
  readonly #instances = new Map<number, InstanceRecord>();

  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
    this.quorumSize = Math.floor(nodeCount / 2) + 1;
    this.applied = new Array<number>(nodeCount).fill(-1);
    this.reserved = new Array<number>(nodeCount).fill(0);
  }

  instance(seq: number): InstanceRecord {
    const known = this.#instances.get(seq);
    if (known !== undefined) return known;
    const record = new InstanceRecord(this.nodeCount);
    this.#instances.set(seq, record);
    return record;
  }

  get instances(): ReadonlyMap<number, InstanceRecord> {
    return this.#instances;
  }

  isDecided(seq: number): boolean {
    return this.#instances.get(seq)?.decided !== undefined;
  }
}

export function isSameValue(a: Bytes, b: Bytes): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}
