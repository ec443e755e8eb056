/**
 * Step invariants: what must be true of each message at the moment it leaves a server. What a server
 * claims about itself must be durable on its disk, and what it claims about a quorum on the disks of a quorum.
 */
import type { Envelope, Message } from '@paxkv/paxos';
import { seqOf } from '@paxkv/paxos/core';
import type { Fate } from '@paxkv/simulator';
import type { Verdict } from '../verdict.ts';
import type { Witness } from '../witness.ts';
import { isSameValue, type Ledger, nameOf, proposerOf, rankOf } from './ledger.ts';

type Bytes = Uint8Array;
type MessageOf<T> = Extract<Message<Bytes>, { type: T }>;

/** Twice what the worst schedule needed: seven nodes without a leader, whose clocks run up to ten times too fast. */
const sentCountMax = 2_000_000;

export class StepInvariants implements Witness {
  readonly #ledger: Ledger;
  readonly #verdict: Verdict;
  readonly #boots = new Map<number, number>();
  /** The boot in which a ballot was first sent, by instance and rank. */
  readonly #ballots = new Map<string, number>();
  /** What was proposed, by instance and rank. */
  readonly #proposals = new Map<string, Bytes>();
  /** The nodes whose promises reached the proposer, by instance and ballot. */
  readonly #promisers = new Map<string, Set<number>>();
  #sentCount = 0;

  constructor(ledger: Ledger, verdict: Verdict) {
    this.#ledger = ledger;
    this.#verdict = verdict;
  }

  onStarted(node: number, boot: number): void {
    this.#boots.set(node, boot);
  }

  onSent({ from, to, message }: Envelope<Bytes>): void {
    this.#sentCount += 1;
    this.#verdict.check(
      this.#sentCount <= sentCountMax,
      'no run sends messages without end',
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
        this.#onLogPromised(from, message);
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

  /** Up to its voting floor a node may have used the same ballots in an earlier incarnation. */
  #onTakingPart(node: number, { seq, ballot }: MessageOf<'prepare' | 'accept'>): void {
    this.#verdict.check(
      this.#ledger.takesPart(node, seq),
      'no node takes part where it may have forgotten votes',
      () => `node ${node} proposed ${nameOf(rankOf(ballot))} in ${seq}`,
    );
  }

  /** `scope`: the instance, or `log`. */
  #onBallot(node: number, { ballot }: MessageOf<'prepare' | 'prepareLog'>, scope: string): void {
    this.#verdict.check(
      ballot.round <= (this.#ledger.reserved[node] ?? 0),
      'a ballot is durable before it is sent',
      () => `node ${node} sent round ${ballot.round}, with ${this.#ledger.reserved[node]} reserved`,
    );
    // A node that lost its memory may use a ballot again that was only ever prepared.
    const key = `${scope}:${rankOf(ballot)}:${this.#ledger.incarnations[node]?.number}`;
    const boot = this.#boots.get(node) ?? 0;
    const first = this.#ballots.get(key);
    if (first === undefined) this.#ballots.set(key, boot);
    this.#verdict.check(
      ballot.peer === node && (first === undefined || first === boot),
      'no ballot is used twice',
      () => `node ${node} used ${nameOf(rankOf(ballot))} in ${scope} in two boots`,
    );
  }

  #onPromised(node: number, { seq, ballot, vote }: MessageOf<'promised'>): void {
    const record = this.#ledger.instance(seq);
    const rank = rankOf(ballot);
    this.#verdict.check(
      record.promises[node]?.has(rank) ?? false,
      'a promise is durable before it is sent',
      () => `node ${node} promised ${nameOf(rank)} in ${seq}`,
    );
    const reported = vote === undefined ? -1 : rankOf(vote.ballot);
    this.#verdict.check(
      reported >= record.highestVoteBelow(rank, node),
      'a promise conceals no vote',
      () => `node ${node} reported ${nameOf(reported)} in ${seq}, promising ${nameOf(rank)}`,
    );
    const votes = record.votes.get(reported);
    this.#verdict.check(
      vote === undefined || (votes !== undefined && isSameValue(votes.value, vote.value)),
      'a promise invents no vote',
      () => `node ${node} reported ${nameOf(reported)} in ${seq}, promising ${nameOf(rank)}`,
    );
  }

  /** A log promise, with every vote from `firstSeq` on. */
  #onLogPromised(node: number, { ballot, firstSeq, votes }: MessageOf<'logPromised'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.logPromises[node]?.has(rank) ?? false,
      'a promise is durable before it is sent',
      () => `node ${node} promised the log to ${nameOf(rank)}`,
    );
    const reported = new Map(votes.map(({ seq, vote }) => [seq, vote]));
    for (const [seq, record] of this.#ledger.instances) {
      const vote = reported.get(seq);
      const highest = seq < firstSeq ? -1 : record.highestVoteBelow(rank, node);
      this.#verdict.check(
        highest <= (vote === undefined ? -1 : rankOf(vote.ballot)),
        'a promise conceals no vote',
        () =>
          `node ${node} omitted ${nameOf(highest)} in ${seq}, promising the log to ${nameOf(rank)} from ${firstSeq}`,
      );
      const known = vote && record.votes.get(rankOf(vote.ballot))?.value;
      this.#verdict.check(
        vote === undefined || (known !== undefined && isSameValue(known, vote.value)),
        'a promise invents no vote',
        () => `node ${node} reported a vote in ${seq}, promising the log to ${nameOf(rank)}`,
      );
    }
  }

  #onHeartbeat(node: number, { ballot }: MessageOf<'heartbeat'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.logPromiseCount(rank) >= this.#ledger.quorumSize,
      'a leader has the log promises of a quorum',
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
        () => `node ${node} proposed another value at ${nameOf(rank)} in ${seq}`,
      );
      return;
    }
    this.#verdict.check(
      isSameValue(proposal, value),
      'one value per ballot',
      () => `node ${node} proposed a second value at ${nameOf(rank)} in ${seq}`,
    );
  }

  /**
   * P2c: some quorum of those whose promises reached the proposer has either not voted below this ballot, or
   * the value is that of its highest vote. If there is a vote at a higher ballot, a quorum has promised against
   * this one: it cannot win any more, and its value does not matter.
   */
  #isSafe(seq: number, rank: number, value: Bytes): boolean {
    const { quorumSize } = this.#ledger;
    const record = this.#ledger.instance(seq);
    if ([...record.votes.keys()].some((at) => at > rank)) return true;
    const received = [`${seq}:${rank}`, `log:${rank}`].flatMap((ballot) => [
      ...(this.#promisers.get(ballot) ?? []),
    ]);
    const promisers = new Set([...received, proposerOf(rank)]);
    const votes = [...promisers].flatMap((node) => this.#ledger.reportedBy(node, seq, rank) ?? []);
    const isBacked = (limit: number) => votes.filter((at) => at <= limit).length >= quorumSize;
    const isOfValue = (at: number) => isSameValue(record.votes.get(at)?.value ?? value, value);
    return isBacked(-1) || votes.some((at) => at >= 0 && isOfValue(at) && isBacked(at));
  }

  #onAccepted(node: number, { seq, ballot }: MessageOf<'accepted'>): void {
    const rank = rankOf(ballot);
    this.#verdict.check(
      this.#ledger.instance(seq).hasVoted(node, rank),
      'a vote is durable before it is sent',
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
      'only what a quorum voted for is sent as decided',
      () => `node ${node} sent ${nameOf(rankOf(ballot))} as decided in ${seq}`,
    );
  }

  #onAdmit(node: number, { incarnation }: MessageOf<'admit'>): void {
    this.#verdict.check(
      this.#ledger.incarnations[node]?.number === incarnation,
      'a new incarnation is durable before it is sent',
      () => `node ${node} sent incarnation ${incarnation}`,
    );
  }

  #onAdmitted(node: number, to: number, message: MessageOf<'admitted'>): void {
    this.#verdict.check(
      this.#ledger.hasAdmitted(node, to, message),
      'an admission is durable before it is sent',
      () => `node ${node} admitted ${to} to incarnation ${message.incarnation}`,
    );
    this.#verdict.check(
      !message.isMember || this.#ledger.isMember(node),
      'only a member reports that it has memory',
      () => `node ${node} admitted ${to} as a member`,
    );
  }

  #claim(node: number, seq: number, value: Bytes): void {
    const { decided } = this.#ledger.instance(seq);
    this.#verdict.check(
      decided !== undefined && isSameValue(decided.value, value),
      'only what a quorum voted for is sent as decided',
      () =>
        `node ${node} sent a decision of instance ${seq}${decided ? ' with another value' : ''}`,
    );
  }
}
