/**
 * State invariants: what must be true of all disks together, at every moment. Each write that becomes
 * durable is checked as it is entered into the ledger.
 */
import type { Position } from '@paxkv/kvserver/internal/state-machine/state-store';
import type { Write } from '@paxkv/paxos';
import type { WriteFate } from '@paxkv/simulator';
import type { LostMemory } from '../schedule/fault.ts';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';
import { type InstanceRecord, isSameValue, type Ledger, nameOf, rankOf } from './ledger.ts';

type Bytes = Uint8Array;
type WriteOf<T> = Extract<Write<Bytes>, { type: T }>;

export interface StateInvariantsOptions {
  readonly ledger: Ledger;
  readonly verdict: Verdict;
  /** Called for each instance once, when a quorum has voted. */
  readonly onDecided: (seq: number, value: Bytes) => void;
}

export class StateInvariants implements Witness {
  readonly #ledger: Ledger;
  readonly #verdict: Verdict;
  readonly #onDecided: (seq: number, value: Bytes) => void;
  /** By position: the hash of the first node there. */
  readonly #stateHashes = new Map<number, { readonly hash: Bytes; readonly node: number }>();

  constructor({ ledger, verdict, onDecided }: StateInvariantsOptions) {
    this.#ledger = ledger;
    this.#verdict = verdict;
    this.#onDecided = onDecided;
  }

  onWrite(node: number, fate: WriteFate, writes: readonly Write<Bytes>[]): void {
    if (fate !== 'kept') return;
    for (const write of writes) this.#enter(node, write);
  }

  onMemoryLost(node: number, of: LostMemory['of']): void {
    if (of !== 'journal') this.#ledger.applied[node] = -1;
    if (of === 'state') return;
    this.#ledger.reserved[node] = 0;
    this.#ledger.incarnations[node] = { number: 0, votingFloor: undefined };
  }

  onApplied(node: number, { applied, stateHash }: Position): void {
    const before = this.#ledger.applied[node] ?? -1;
    this.#verdict.check(
      applied > before,
      'applied positions only rise',
      () => `node ${node} went from ${before} to ${applied}`,
    );
    for (let seq = before + 1; seq <= applied; seq += 1) {
      this.#verdict.check(
        this.#ledger.isDecided(seq),
        'only what a quorum voted for is applied',
        () => `node ${node} applied instance ${seq}`,
      );
    }
    this.#ledger.applied[node] = applied;
    const ever = this.#ledger.appliedEver[node] ?? -1;
    this.#ledger.appliedEver[node] = Math.max(applied, ever);
    this.#compareHash(node, applied, stateHash);
  }

  #compareHash(node: number, applied: number, hash: Bytes): void {
    const first = this.#stateHashes.get(applied);
    if (first === undefined) {
      this.#stateHashes.set(applied, { hash, node });
      return;
    }
    this.#verdict.check(
      isSameValue(first.hash, hash),
      'states are equal at equal positions',
      () => `nodes ${first.node} and ${node} differ at ${applied}`,
    );
  }

  #enter(node: number, write: Write<Bytes>): void {
    switch (write.type) {
      case 'reserved':
        this.#ledger.reserved[node] = Math.max(this.#ledger.reserved[node] ?? 0, write.round);
        break;
      case 'promised':
        this.#raise(node, write);
        break;
      case 'accepted':
        this.#raise(node, write);
        this.#vote(node, write);
        break;
      case 'logPromised':
        this.#promiseLog(node, write);
        break;
      case 'decided':
        this.#noteDecision(node, write);
        break;
      case 'forgotten':
        this.#forget(node, write.min);
        break;
      case 'incarnation':
        this.#beginIncarnation(node, write);
        break;
      case 'peerRecords':
        this.#recordPeers(node, write);
    }
  }

  /** P1a, on disk: a promise holds against every lower ballot, over all incarnations of a node. */
  #raise(node: number, { type, seq, ballot }: WriteOf<'promised' | 'accepted'>): void {
    const record = this.#ledger.instance(seq);
    const rank = rankOf(ballot);
    const before = this.#ledger.promised(node, seq);
    this.#verdict.check(
      this.#ledger.takesPart(node, seq),
      'no node takes part where it may have forgotten votes',
      () => `node ${node} ${type} ${nameOf(rank)} in ${seq}, ${this.#describeIncarnation(node)}`,
    );
    this.#verdict.check(
      rank >= before,
      'a promise never sinks',
      () => `node ${node} ${type} ${nameOf(rank)} in ${seq} after promising ${nameOf(before)}`,
    );
    record.promise(node, rank);
  }

  /** P1a for the whole log. */
  #promiseLog(node: number, { ballot }: WriteOf<'logPromised'>): void {
    const rank = rankOf(ballot);
    const before = Math.max(-1, ...(this.#ledger.logPromises[node] ?? []));
    this.#verdict.check(
      this.#ledger.isMember(node),
      'no node takes part where it may have forgotten votes',
      () => `node ${node} promised the log to ${nameOf(rank)}, ${this.#describeIncarnation(node)}`,
    );
    this.#verdict.check(
      rank >= before,
      'a promise never sinks',
      () => `node ${node} promised the log to ${nameOf(rank)} after ${nameOf(before)}`,
    );
    this.#ledger.logPromises[node]?.add(rank);
  }

  #vote(node: number, { seq, ballot, value }: WriteOf<'accepted'>): void {
    const record = this.#ledger.instance(seq);
    const rank = rankOf(ballot);
    const votes = record.votes.get(rank) ?? { value, voters: new Set<number>() };
    record.votes.set(rank, votes);
    votes.voters.add(node);
    this.#verdict.check(
      isSameValue(votes.value, value),
      'one value per ballot',
      () => `node ${node} voted for a second value at ${nameOf(rank)} in ${seq}`,
    );
    if (votes.voters.size >= this.#ledger.quorumSize) this.#decide(seq, { record, rank, value });
  }

  #decide(
    seq: number,
    { record, rank, value }: { record: InstanceRecord; rank: number; value: Bytes },
  ): void {
    const { decided } = record;
    record.quorums.add(rank);
    if (decided === undefined) {
      record.decided = { rank, value };
      this.#onDecided(seq, value);
      return;
    }
    this.#verdict.check(
      isSameValue(decided.value, value),
      'agreement',
      () => `instance ${seq} was decided at ${nameOf(decided.rank)} and again at ${nameOf(rank)}`,
    );
  }

  /** A node notes a decision that it learned in some way; in the end it rests on the votes of a quorum. */
  #noteDecision(node: number, { seq, value }: WriteOf<'decided'>): void {
    const record = this.#ledger.instance(seq);
    const own = record.votes.get(record.highestVote(node))?.value;
    const noted = value ?? own;
    const { decided } = record;
    this.#verdict.check(
      decided !== undefined && noted !== undefined && isSameValue(decided.value, noted),
      'only what a quorum voted for is noted as decided',
      () => `node ${node} noted instance ${seq}${decided ? ' with another value' : ''}`,
    );
  }

  #forget(node: number, min: number): void {
    const applied = this.#ledger.applied[node] ?? -1;
    this.#verdict.check(
      applied >= min - 1,
      'a node forgets only what its own state holds',
      () => `node ${node} forgot below ${min}, and its state ends at ${applied}`,
    );
  }

  /** Paxos Made Live §5.1: a node that lost its memory is admitted by others that have theirs. */
  #beginIncarnation(node: number, write: WriteOf<'incarnation'>): void {
    const { incarnation, votingFloor, isNew } = write;
    if (votingFloor !== undefined && this.#ledger.incarnations[node]?.votingFloor === undefined) {
      const { all, members } = this.#ledger.admitterCounts(node, write);
      const isFirst = isNew && all >= this.#ledger.nodeCount - 1;
      this.#verdict.check(
        isFirst || members >= this.#ledger.quorumSize,
        'a node is admitted only by a quorum of others with memory',
        () =>
          `node ${node} began incarnation ${incarnation} by ${members} members of ${all} others`,
      );
      const lost = this.#ledger.decidedWith(node, votingFloor);
      this.#verdict.check(
        lost.length === 0,
        'a voting floor lies above every decision that needs a lost vote',
        () => `node ${node} takes part above ${votingFloor}, and its vote decided ${lost}`,
      );
    }
    this.#ledger.begin(node, { number: incarnation, votingFloor });
  }

  #recordPeers(node: number, { peers }: WriteOf<'peerRecords'>): void {
    for (const [peer, { admission }] of peers.entries()) {
      if (admission !== undefined) this.#ledger.admit(node, peer, admission);
    }
  }

  #describeIncarnation(node: number): string {
    const { number = 0, votingFloor = 'none' } = this.#ledger.incarnations[node] ?? {};
    return `in incarnation ${number} with voting floor ${votingFloor}`;
  }
}
