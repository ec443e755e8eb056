/**
 * What all disks together remember, and ever remembered: the votes in each instance, and so what was
 * decided, by definition and independent of what the servers know.
 */
import type { Admission, Ballot } from '@paxkv/paxos/core';

type Bytes = Uint8Array;

/** Above the node count of any cluster. */
const nodeCountMax = 8;

/** A ballot as one number, in the same order. */
export function rankOf({ round, peer }: Ballot): number {
  return round * nodeCountMax + peer;
}

/** The proposer of a ballot. */
export function proposerOf(rank: number): number {
  return rank % nodeCountMax;
}

export function nameOf(rank: number): string {
  return `${Math.floor(rank / nodeCountMax)}.${proposerOf(rank)}`;
}

/** The votes at one ballot. */
interface BallotVotes {
  readonly value: Bytes;
  readonly voters: Set<number>;
}

export interface DecidedValue {
  readonly value: Bytes;
  /** The rank of the ballot of the first quorum. */
  readonly rank: number;
}

export class InstanceRecord {
  /** The promise on each node's disk, or −1. */
  readonly promised: number[];
  /** By node: each ballot it promised in this incarnation, with the highest vote it then had to report, or −1. */
  readonly promises: readonly Map<number, number>[];
  /** The same for earlier incarnations that may have taken part in this instance. */
  readonly formerPromises: readonly Map<number, number>[];
  /** By the rank of the ballot. */
  readonly votes = new Map<number, BallotVotes>();
  /** The ranks of ballots at which a quorum has voted. */
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

  /** The highest vote that `node` had to report when it promised this ballot here; −1 for none. */
  reportedBy(node: number, rank: number): number | undefined {
    return this.promises[node]?.get(rank) ?? this.formerPromises[node]?.get(rank);
  }

  /** `node` takes part here in a new incarnation, and has forgotten its promises, log promises included. */
  begin(node: number, logPromises: Iterable<number>): void {
    for (const rank of logPromises) {
      this.formerPromises[node]?.set(rank, this.highestVoteBelow(rank, node));
    }
    for (const [rank, reported] of this.promises[node] ?? [])
      this.formerPromises[node]?.set(rank, reported);
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
  /** How far it ever was durable. */
  readonly appliedEver: number[];
  /** The present incarnation of each node; it was admitted if it has a voting floor. */
  readonly incarnations: Incarnation[];
  /** The highest round that each node has reserved. */
  readonly reserved: number[];
  /** The ballots that each node promised for the whole log, in this incarnation and in earlier ones. */
  readonly logPromises: readonly Set<number>[];
  readonly formerLogPromises: readonly Set<number>[];
  /** The nodes that ever recorded an admission, and separately those that had memory then; by node and attempt. */
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
    this.logPromises = Array.from({ length: nodeCount }, () => new Set<number>());
    this.formerLogPromises = Array.from({ length: nodeCount }, () => new Set<number>());
  }

  /** What `node` promised in `seq`, alone or for the whole log; −1 for nothing. */
  promised(node: number, seq: number): number {
    return Math.max(this.instance(seq).promised[node] ?? -1, ...(this.logPromises[node] ?? []));
  }

  /**
   * The highest vote that `node` had to report when it promised this ballot, in `seq` alone or for the whole
   * log, or −1. Absent if it never promised it.
   */
  reportedBy(node: number, seq: number, rank: number): number | undefined {
    const record = this.instance(seq);
    const reported = record.reportedBy(node, rank);
    if (reported !== undefined) return reported;
    // After a promise no vote below it is cast, so the vote of that time can still be found.
    if (this.logPromises[node]?.has(rank)) return record.highestVoteBelow(rank, node);
    return this.formerLogPromises[node]?.has(rank) ? -1 : undefined;
  }

  /** How many nodes ever promised this ballot for the whole log. */
  logPromiseCount(rank: number): number {
    return this.logPromises.filter(
      (promised, node) => promised.has(rank) || this.formerLogPromises[node]?.has(rank),
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

  /** `admitter` recorded durably that `node` is in this incarnation. */
  admit(admitter: number, node: number, { incarnation, attempt }: Admission): void {
    const key = `${node}:${incarnation}:${attempt}`;
    const admitters = this.#admissions.get(key) ?? new Set<number>();
    this.#admissions.set(key, admitters);
    admitters.add(admitter);
    if (this.isMember(admitter)) admitters.add(nodeCountMax + admitter);
  }

  /** Whether `admitter` ever recorded durably that `node` is in this incarnation. */
  hasAdmitted(
    admitter: number,
    node: number,
    { incarnation, attempt }: Omit<Admission, 'isNew'>,
  ): boolean {
    return this.#admissions.get(`${node}:${incarnation}:${attempt}`)?.has(admitter) ?? false;
  }

  /** How many others recorded it, and how many of them had memory themselves. */
  admitterCounts(node: number, { incarnation, attempt }: Omit<Admission, 'isNew'>) {
    const marks = [...(this.#admissions.get(`${node}:${incarnation}:${attempt}`) ?? [])];
    const all = marks.filter((mark) => mark < nodeCountMax).length;
    return { all, members: marks.length - all };
  }

  /** Instances above `votingFloor` whose only quorum needs the vote of `node`. */
  decidedWith(node: number, votingFloor: number): number[] {
    return [...this.#instances].flatMap(([seq, { decided, votes }]) => {
      if (decided === undefined || seq <= votingFloor) return [];
      const { voters } = votes.get(decided.rank) ?? { voters: new Set<number>() };
      return voters.has(node) && voters.size <= this.quorumSize ? [seq] : [];
    });
  }

  /**
   * `node` is in that incarnation. Once that has a voting floor the node takes part above it, and nothing that
   * it said there before counts any more. At or below it the node never takes part again, so that still counts.
   */
  begin(node: number, incarnation: Incarnation): void {
    this.incarnations[node] = incarnation;
    const { votingFloor } = incarnation;
    if (votingFloor === undefined) return;
    const promised = this.logPromises[node] ?? new Set();
    for (const [seq, record] of this.#instances)
      if (seq > votingFloor) record.begin(node, promised);
    for (const rank of promised) this.formerLogPromises[node]?.add(rank);
    promised.clear();
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
