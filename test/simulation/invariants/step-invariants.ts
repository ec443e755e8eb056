/**
 * Step invariants: what must be true of each message that leaves a server, at the moment it leaves.
 * What a server says must already be true of its disk, and of the disks of a quorum where it says so.
 */
import type { Envelope, Message } from '@paxkv/paxos';
import { seqOf } from '@paxkv/paxos/core';
import type { Fate } from '@paxkv/simulator';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';
import { isSameValue, type Ledger, nameOf, proposerOf, rankOf } from './ledger.ts';

type Bytes = Uint8Array;
type MessageOf<T> = Extract<Message<Bytes>, { type: T }>;

/** Several times what the worst schedules come to. */
const sentCountMax = 1_000_000;

export class StepInvariants implements Witness {
  readonly #ledger: Ledger;
  readonly #verdict: Verdict;
  readonly #boots = new Map<number, number>();
  /** The incarnation of its proposer that first spoke of a ballot, by instance and rank. */
  readonly #ballots = new Map<string, number>();
  /** What was proposed, by instance and rank. */
  readonly #proposals = new Map<string, Bytes>();
  /** Whose promises reached a proposer, by its ballot. */
  readonly #promisers = new Map<string, Set<number>>();
  #sentCount = 0;

  constructor(ledger: Ledger, verdict: Verdict) {
    this.#ledger = ledger;
    this.#verdict = verdict;
  }

  onStarted(node: number, boot: number): void {
    this.#boots.set(node, boot);
  }

  onSent({ from, to, done, min, message }: Envelope<Bytes>): void {
    this.#onProgress(from, done, min);
    this.#sentCount += 1;
    this.#verdict.check(
      this.#sentCount <= sentCountMax,
      'nobody talks without end',
      () => `${sentCountMax} messages were sent, the last about instance ${seqOf(message)}`,
    );
    switch (message.type) {
      case 'prepare':
        this.#onTakingPart(from, message);
        this.#onBallot(from, message, `${message.seq}`);
        break;
      case 'prepareLog':
        this.#onBallot(from, message, 'log');
        break;
      case 'logPromised':
        this.#onFollowed(from, message);
        break;
      case 'heartbeat':
        this.#onHeartbeat(from, message);
        break;
      case 'promised':
        this.#onPromised(from, message);
        break;
      case 'accept':
        this.#onTakingPart(from, message);
        this.#onAccept(from, message);
        break;
      case 'accepted':
        this.#onAccepted(from, message);
        break;
      case 'decided':
        this.#onDecided(from, message);
        break;
      case 'learned':
        for (const [index, value] of message.values.entries()) {
          this.#claim(from, message.seq + index, value);
        }
        break;
      case 'admit':
        this.#onAdmit(from, message);
        break;
      case 'admitted':
        this.#onAdmitted(from, to, message);
    }
  }

  onFate(fate: Fate, { from, message }: Envelope<Bytes>): void {
    if (fate !== 'delivered') return;
    if (message.type !== 'promised' && message.type !== 'logPromised') return;
    const key = `${message.type === 'promised' ? message.seq : 'log'}:${rankOf(message.ballot)}`;
    const promisers = this.#promisers.get(key) ?? new Set<number>();
    this.#promisers.set(key, promisers);
    promisers.add(from);
  }

  #onProgress(node: number, done: number, min: number): void {
    const { applied, appliedEver } = this.#ledger;
    this.#verdict.check(
      done <= (applied[node] ?? -1),
      'a host is done only with what is durable in its state',
      () => `node ${node} said done ${done} at ${applied[node]}`,
    );
    this.#verdict.check(
      appliedEver.every((position) => position >= min - 1),
      'only what every node has applied is forgotten',
      () => `node ${node} said min ${min} of ${appliedEver}`,
    );
  }

  /** Up to its votingFloor a node may have used the same ballots in an incarnation it has forgotten. */
  #onTakingPart(node: number, { seq, ballot }: MessageOf<'prepare' | 'accept'>): void {
    this.#verdict.check(
      this.#ledger.takesPart(node, seq),
      'nobody takes part in what it may have forgotten',
      () => `node ${node} proposed ${nameOf(rankOf(ballot))} in ${seq}`,
    );
  }

  /** `scope`: the instance it is for, or the whole log. */
  #onBallot(node: number, { ballot }: MessageOf<'prepare' | 'prepareLog'>, scope: string): void {
    this.#verdict.check(
      ballot.round <= (this.#ledger.reserved[node] ?? 0),
      'a ballot is durable before anyone hears of it',
      () => `node ${node} spoke of ${ballot.round}, its disk knows ${this.#ledger.reserved[node]}`,
    );
    // A ballot that only ever prepared may be used again by a node that has lost its memory.
    const key = `${scope}:${rankOf(ballot)}:${this.#ledger.incarnations[node]?.number}`;
    const boot = this.#boots.get(node) ?? 0;
    const first = this.#ballots.get(key);
    if (first === undefined) this.#ballots.set(key, boot);
    this.#verdict.check(
      ballot.peer === node && (first === undefined || first === boot),
      'no ballot is used twice',
      () => `node ${node} used ${nameOf(rankOf(ballot))} in ${scope} in two incarnations`,
    );
  }

  #onPromised(node: number, { seq, ballot, vote }: MessageOf<'promised'>): void {
    const record = this.#ledger.instance(seq);
    const rank = rankOf(ballot);
    this.#verdict.check(
      record.promises[node]?.has(rank) ?? false,
      'a promise is durable before it is given',
      () => `node ${node} promised ${nameOf(rank)} in ${seq}`,
    );
    const told = vote === undefined ? -1 : rankOf(vote.ballot);
    this.#verdict.check(
      told >= record.highestVoteBelow(rank, node),
      'a promise conceals no vote',
      () => `node ${node} told of ${nameOf(told)} in ${seq}, promising ${nameOf(rank)}`,
    );
    const votes = record.votes.get(told);
    this.#verdict.check(
      vote === undefined || (votes !== undefined && isSameValue(votes.value, vote.value)),
      'a promise invents no vote',
      () => `node ${node} told of ${nameOf(told)} in ${seq}, promising ${nameOf(rank)}`,
    );
  }

  /** A promise for the whole log, with every vote from an instance on. */
  #onFollowed(node: number, { ballot, firstSeq, votes }: MessageOf<'logPromised'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.followed[node]?.has(rank) ?? false,
      'a promise is durable before it is given',
      () => `node ${node} followed ${nameOf(rank)}`,
    );
    const told = new Map(votes.map(({ seq, vote }) => [seq, vote]));
    for (const [seq, record] of this.#ledger.instances) {
      const vote = told.get(seq);
      const highest = seq < firstSeq ? -1 : record.highestVoteBelow(rank, node);
      this.#verdict.check(
        highest <= (vote === undefined ? -1 : rankOf(vote.ballot)),
        'a promise conceals no vote',
        () =>
          `node ${node} hid ${nameOf(highest)} in ${seq}, following ${nameOf(rank)} from ${firstSeq}`,
      );
      const known = vote && record.votes.get(rankOf(vote.ballot))?.value;
      this.#verdict.check(
        vote === undefined || (known !== undefined && isSameValue(known, vote.value)),
        'a promise invents no vote',
        () => `node ${node} told of a vote in ${seq}, following ${nameOf(rank)}`,
      );
    }
  }

  #onHeartbeat(node: number, { ballot }: MessageOf<'heartbeat'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.followerCount(rank) >= this.#ledger.quorumSize,
      'only who a quorum follows leads',
      () => `node ${node} leads at ${nameOf(rank)}`,
    );
  }

  #onAccept(node: number, { seq, ballot, value }: MessageOf<'accept'>): void {
    const rank = rankOf(ballot);
    const key = `${seq}:${rank}`;
    const proposal = this.#proposals.get(key);
    if (proposal === undefined) {
      this.#proposals.set(key, value);
      this.#verdict.check(
        this.#isSafe(seq, rank, value),
        'a proposal carries the value of the highest vote of a quorum',
        () => `node ${node} proposed otherwise at ${nameOf(rank)} in ${seq}`,
      );
      return;
    }
    this.#verdict.check(
      isSameValue(proposal, value),
      'one value a ballot',
      () => `node ${node} proposed a second value at ${nameOf(rank)} in ${seq}`,
    );
  }

  /**
   * P2c: of those whose promises the proposer has heard some quorum has either not voted below, or the
   * value is that of its highest vote. Where there is a vote above, this ballot can win no more: a quorum
   * has promised against it, and nothing hangs on its value.
   */
  #isSafe(seq: number, rank: number, value: Bytes): boolean {
    const { quorumSize } = this.#ledger;
    const record = this.#ledger.instance(seq);
    if ([...record.votes.keys()].some((at) => at > rank)) return true;
    const heard = [`${seq}:${rank}`, `log:${rank}`].flatMap((ballot) => [
      ...(this.#promisers.get(ballot) ?? []),
    ]);
    const promisers = new Set([...heard, proposerOf(rank)]);
    const votes = [...promisers].flatMap((node) => this.#ledger.toldBy(node, seq, rank) ?? []);
    const isBacked = (limit: number) => votes.filter((at) => at <= limit).length >= quorumSize;
    const isOfValue = (at: number) => isSameValue(record.votes.get(at)?.value ?? value, value);
    return isBacked(-1) || votes.some((at) => at >= 0 && isOfValue(at) && isBacked(at));
  }

  #onAccepted(node: number, { seq, ballot }: MessageOf<'accepted'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.instance(seq).hasVoted(node, rank),
      'a vote is durable before it is given',
      () => `node ${node} accepted ${nameOf(rank)} in ${seq}`,
    );
  }

  #onDecided(node: number, { seq, ballot, value }: MessageOf<'decided'>): void {
    if (value !== undefined) {
      this.#claim(node, seq, value);
      return;
    }
    this.#verdict.check(
      this.#ledger.instance(seq).quorums.has(rankOf(ballot)),
      'only what a quorum voted for is told as decided',
      () => `node ${node} told of ${nameOf(rankOf(ballot))} in ${seq}`,
    );
  }

  #onAdmit(node: number, { incarnation }: MessageOf<'admit'>): void {
    this.#verdict.check(
      this.#ledger.incarnations[node]?.number === incarnation,
      'a new incarnation is durable before anyone hears of it',
      () => `node ${node} spoke of incarnation ${incarnation}`,
    );
  }

  #onAdmitted(node: number, to: number, message: MessageOf<'admitted'>): void {
    this.#verdict.check(
      this.#ledger.hasAdmitted(node, to, message),
      'an admission is durable before it is given',
      () => `node ${node} admitted ${to} to incarnation ${message.incarnation}`,
    );
    this.#verdict.check(
      !message.isMember || this.#ledger.isMember(node),
      'nobody pretends to remember',
      () => `node ${node} admitted ${to} as a member`,
    );
  }

  #claim(node: number, seq: number, value: Bytes): void {
    const { decided } = this.#ledger.instance(seq);
    this.#verdict.check(
      decided !== undefined && isSameValue(decided.value, value),
      'only what a quorum voted for is told as decided',
      () => `node ${node} told of instance ${seq}${decided ? ' with another value' : ''}`,
    );
  }
}
