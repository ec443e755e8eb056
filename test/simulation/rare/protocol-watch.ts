/** Sees rare states of the protocol, in the messages that pass and in the ledger. */
import type { Envelope, Message } from '@paxkv/paxos';
import type { Ballot } from '@paxkv/paxos/core';
import type { Fate } from '@paxkv/simulator';
import {
  type InstanceRecord,
  isSameValue,
  type Ledger,
  proposerOf,
  rankOf,
} from '../invariants/ledger.ts';
import type { Witness } from '../witness.ts';
import type { Counters } from './counters.ts';

type Bytes = Uint8Array;
type MessageOf<T> = Extract<Message<Bytes>, { type: T }>;

const duelBallotCount = 4;

interface Duel {
  readonly proposers: Set<number>;
  readonly ranks: Set<number>;
}

export class ProtocolWatch implements Witness {
  readonly #ledger: Ledger;
  readonly #counters: Counters;
  readonly #duels = new Map<number, Duel>();
  /** Ballots at which votes were asked for, by instance. */
  readonly #asked = new Set<string>();
  /** Ballots at which somebody led the log. */
  readonly #leaders = new Set<number>();
  /** The instance in which each batch was first proposed. */
  readonly #seqs = new Map<string, number>();
  /** The instance that each link's latest Learn asked about. */
  readonly #learns = new Map<string, number>();
  #highestDecided = -1;

  constructor(ledger: Ledger, counters: Counters) {
    this.#ledger = ledger;
    this.#counters = counters;
  }

  onSent({ message }: Envelope<Bytes>): void {
    if (message.type === 'accept' && message.decided)
      this.#counters.add('news that rode on a request', message.decided.length);
    if (message.type === 'prepare') this.#onPrepare(message);
    else if (message.type === 'heartbeat') this.#onLeading(message.ballot);
    else if (message.type === 'accept') this.#onAccept(message);
    else if (message.type === 'transferLeadership')
      this.#counters.add('leader that asked another to succeed it');
  }

  onFate(fate: Fate, { from, to, message }: Envelope<Bytes>): void {
    if (fate !== 'delivered') return;
    switch (message.type) {
      case 'learn':
        this.#learns.set(`${from}>${to}`, message.seq);
        break;
      case 'learned':
        if (this.#learns.get(`${to}>${from}`) === message.seq)
          this.#counters.add('catch-up by learn');
        break;
      case 'forgotten':
        this.#counters.add('question about a forgotten instance');
        break;
      case 'logRejected':
        if (this.#leaders.has(rankOf(message.ballot))) this.#counters.add('leader outbid');
        break;
      case 'rejected':
        if (this.#asked.has(keyOf(message)))
          this.#counters.add('refusal after votes were asked for');
    }
  }

  /** To be told of each instance once, when a quorum has voted. */
  onDecided(seq: number, value: Bytes): void {
    if (isNoop(value) && seq < this.#highestDecided) this.#counters.add('hole filled by a noop');
    this.#highestDecided = Math.max(seq, this.#highestDecided);
  }

  /** To be called when the run is over. */
  finish(): void {
    for (const record of this.#ledger.instances.values()) this.#look(record);
  }

  #onPrepare({ seq, ballot }: MessageOf<'prepare'>): void {
    const duel = this.#duels.get(seq) ?? { proposers: new Set(), ranks: new Set() };
    this.#duels.set(seq, duel);
    const before = duel.ranks.size;
    duel.proposers.add(ballot.peer);
    duel.ranks.add(rankOf(ballot));
    if (before >= duelBallotCount || duel.ranks.size < duelBallotCount) return;
    if (duel.proposers.size > 1) this.#counters.add('duelling proposers');
  }

  #onLeading({ round, peer }: Ballot): void {
    const rank = rankOf({ round, peer });
    if (this.#leaders.has(rank)) return;
    const isFirst = this.#leaders.size === 0;
    const isOther = ![...this.#leaders].every((leader) => proposerOf(leader) === peer);
    this.#leaders.add(rank);
    this.#counters.add('leader that a quorum follows');
    if (!isFirst && isOther) this.#counters.add('leader that takes over from another');
  }

  #onAccept(message: MessageOf<'accept'>): void {
    const key = keyOf(message);
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const rank = rankOf(message.ballot);
    if (this.#ledger.followerCount(rank) >= this.#ledger.quorumSize) {
      this.#onLeading(message.ballot);
      this.#counters.add('vote asked for without a first phase');
    }
    const { seq, value } = message;
    if (isNoop(value)) return;
    const name = Buffer.from(value).toString('latin1');
    const first = this.#seqs.get(name);
    if (first === undefined) this.#seqs.set(name, seq);
    else if (first !== seq) this.#counters.add('batch proposed in a second instance');
  }

  #look({ votes, decided }: InstanceRecord): void {
    const ranks = [...votes.keys()];
    const values = [...votes.values()];
    const isAgain = (place: number) =>
      values.some(
        ({ value }, other) =>
          proposerOf(ranks[place] ?? 0) !== proposerOf(ranks[other] ?? 0) &&
          isSameValue(value, values[place]?.value ?? value),
      );
    if (ranks.some((_, place) => isAgain(place))) {
      this.#counters.add('value adopted from an older ballot');
    }
    if (values.some(({ value }) => !isSameValue(value, values[0]?.value ?? value))) {
      this.#counters.add('two values with votes in one instance');
    }
    const quorums = values.filter(({ voters }) => voters.size >= this.#ledger.quorumSize);
    if (decided !== undefined && quorums.length > 1) {
      this.#counters.add('second quorum for what was decided');
    }
  }
}

function keyOf({ seq, ballot }: MessageOf<'accept' | 'rejected'>): string {
  return `${seq}:${rankOf(ballot)}`;
}

function isNoop(value: Bytes): boolean {
  return value.length === 1;
}
