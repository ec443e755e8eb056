/**
 * What all disks together remember, and ever did: the votes of each instance, and so what was decided,
 * by the definition of it and whatever the servers themselves know of it.
 */
import type { Admission, Ballot } from '@paxkv/paxos/core';

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
  /** Every ballot each node promised to in this incarnation, and the highest vote it then had to tell of, or −1. */
  readonly promises: readonly Map<number, number>[];
  /** The same of incarnations in which the node may have taken part in this instance, and that are over. */
  readonly formerPromises: readonly Map<number, number>[];
  /** By the rank of their ballot. */
  readonly votes = new Map<number, BallotVotes>();
  /** Ballots at which a quorum has voted. */
  readonly quorums = new Set<number>();
  decided: DecidedValue | undefined;

  constructor(nodeCount: number) {
    this.promised = new Array<number>(nodeCount).fill(-1);
    this.promises = Array.from({ length: nodeCount }, () => new Map<number, number>());
    this.formerPromises = Array.from({ length: nodeCount }, () => new Map<number, number>());
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

  promise(node: number, rank: number): void {
    this.promised[node] = Math.max(rank, this.promised[node] ?? -1);
    this.promises[node]?.set(rank, this.highestVoteBelow(rank, node));
  }

  /** What `node` had to tell when it promised to this ballot here: its highest vote, −1 for none. */
  toldBy(node: number, rank: number): number | undefined {
    return this.promises[node]?.get(rank) ?? this.formerPromises[node]?.get(rank);
  }

  /** `node` takes part here, and knows nothing of having done so before, whatever it `followed`. */
  begin(node: number, followed: Iterable<number>): void {
    for (const rank of followed) {
      this.formerPromises[node]?.set(rank, this.highestVoteBelow(rank, node));
    }
    for (const [rank, told] of this.promises[node] ?? [])
      this.formerPromises[node]?.set(rank, told);
    this.promises[node]?.clear();
    this.promised[node] = -1;
    for (const { voters } of this.votes.values()) voters.delete(node);
  }
}

export interface Incarnation {
  readonly number: number;
  /** The instance above which the node takes part; absent while it takes part in none. */
  readonly votingFloor: number | undefined;
}

export class Ledger {
  readonly nodeCount: number;
  readonly quorumSize: number;
  /** How far each node's state is durable, or −1. */
  readonly applied: number[];
  /** How far it ever was. */
  readonly appliedEver: number[];
  /** The incarnation each node leads; it was admitted to it if it has a votingFloor. */
  readonly incarnations: Incarnation[];
  /** Rounds that each node has reserved. */
  readonly reserved: number[];
  /** The ballots that each node promised for the whole log, in this incarnation and in those before. */
  readonly followed: readonly Set<number>[];
  readonly formerlyFollowed: readonly Set<number>[];
  /** Who ever recorded that `node` is in this incarnation, while it had memory itself; by `admissionOf`. */
  readonly #admissions = new Map<string, Set<number>>();
  readonly #instances = new Map<number, InstanceRecord>();

  constructor(nodeCount: number) {
    this.nodeCount = nodeCount;
    this.quorumSize = Math.floor(nodeCount / 2) + 1;
    this.applied = new Array<number>(nodeCount).fill(-1);
    this.appliedEver = new Array<number>(nodeCount).fill(-1);
    this.incarnations = new Array<Incarnation>(nodeCount).fill({
      number: 0,
      votingFloor: undefined,
    });
    this.reserved = new Array<number>(nodeCount).fill(0);
    this.followed = Array.from({ length: nodeCount }, () => new Set<number>());
    this.formerlyFollowed = Array.from({ length: nodeCount }, () => new Set<number>());
  }

  /** What `node` promised in `seq`, alone or for the whole log; −1 for nothing. */
  promised(node: number, seq: number): number {
    return Math.max(this.instance(seq).promised[node] ?? -1, ...(this.followed[node] ?? []));
  }

  /**
   * What `node` had to tell when it promised to this ballot in `seq`, alone or for the whole log: its
   * highest vote, or −1. Absent if it never promised.
   */
  toldBy(node: number, seq: number, rank: number): number | undefined {
    const record = this.instance(seq);
    const told = record.toldBy(node, rank);
    if (told !== undefined) return told;
    // After a promise no vote below it is ever cast, so what there was to tell can still be seen.
    if (this.followed[node]?.has(rank)) return record.highestVoteBelow(rank, node);
    return this.formerlyFollowed[node]?.has(rank) ? -1 : undefined;
  }

  /** Who ever promised to this ballot for the whole log. */
  followerCount(rank: number): number {
    return this.followed.filter(
      (followed, node) => followed.has(rank) || this.formerlyFollowed[node]?.has(rank),
    ).length;
  }

  /** Whether `node` may promise and vote there. */
  takesPart(node: number, seq: number): boolean {
    const votingFloor = this.incarnations[node]?.votingFloor;
    return votingFloor !== undefined && seq > votingFloor;
  }

  isMember(node: number): boolean {
    return this.incarnations[node]?.votingFloor !== undefined;
  }

  /** `admitter` has it on disk that `node` is in this incarnation. */
  admit(admitter: number, node: number, { incarnation, attempt }: Admission): void {
    const key = `${node}:${incarnation}:${attempt}`;
    const admitters = this.#admissions.get(key) ?? new Set<number>();
    this.#admissions.set(key, admitters);
    admitters.add(admitter);
    if (this.isMember(admitter)) admitters.add(nodeCountMax + admitter);
  }

  /** Whether `admitter` ever had it on disk that `node` is in this incarnation. */
  hasAdmitted(
    admitter: number,
    node: number,
    { incarnation, attempt }: Omit<Admission, 'isNew'>,
  ): boolean {
    return this.#admissions.get(`${node}:${incarnation}:${attempt}`)?.has(admitter) ?? false;
  }

  /** How many others have, and how many of them had memory themselves. */
  admitterCounts(node: number, { incarnation, attempt }: Omit<Admission, 'isNew'>) {
    const marks = [...(this.#admissions.get(`${node}:${incarnation}:${attempt}`) ?? [])];
    const all = marks.filter((mark) => mark < nodeCountMax).length;
    return { all, members: marks.length - all };
  }

  /** Instances above `votingFloor` that are decided by a quorum of which `node` is a needed part. */
  decidedWith(node: number, votingFloor: number): number[] {
    return [...this.#instances].flatMap(([seq, { decided, votes }]) => {
      if (decided === undefined || seq <= votingFloor) return [];
      const { voters } = votes.get(decided.rank) ?? { voters: new Set<number>() };
      return voters.has(node) && voters.size <= this.quorumSize ? [seq] : [];
    });
  }

  /**
   * `node` leads that incarnation. Once it has a votingFloor it takes part above it, and from then on nothing that it
   * said there before counts; up to there it never takes part again, so what it said stands.
   */
  live(node: number, incarnation: Incarnation): void {
    this.incarnations[node] = incarnation;
    const { votingFloor } = incarnation;
    if (votingFloor === undefined) return;
    const followed = this.followed[node] ?? new Set();
    for (const [seq, record] of this.#instances)
      if (seq > votingFloor) record.begin(node, followed);
    for (const rank of followed) this.formerlyFollowed[node]?.add(rank);
    followed.clear();
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
