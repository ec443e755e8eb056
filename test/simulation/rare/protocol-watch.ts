/** Counts rare events of the protocol, in messages and in the ledger. */
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
  /** The ballots of accepts, by instance. */
  readonly #asked = new Set<string>();
  /** The ballots at which a node led. */
  readonly #leaders = new Set<number>();
  /** The instance in which each batch was first proposed. */
  readonly #seqs = new Map<string, number>();
  /** The instance that each link's latest Learn asked about. */
  readonly #learns = new Map<string, number>();
  #highestDecided = -1;
  #highestFloor = 0;
  #everyPeerMin = 0;

  constructor(ledger: Ledger, counters: Counters) {
    this.#ledger = ledger;
    this.#counters = counters;
  }

  onSent({ floor, everyPeerMin, message }: Envelope<Bytes>): void {
    this.#everyPeerMin = Math.max(everyPeerMin, this.#everyPeerMin);
    if (floor > Math.max(this.#everyPeerMin, this.#highestFloor)) {
      this.#highestFloor = floor;
      this.#counters.add('log truncated by a quorum');
    }
    if (message.type === 'accept' && message.decided)
      this.#counters.add('commit notice piggybacked', message.decided.length);
    if (message.type === 'prepare') this.#onPrepare(message);
    else if (message.type === 'heartbeat') this.#onLeading(message.ballot);
    else if (message.type === 'accept') this.#onAccept(message);
    else if (message.type === 'transferLeadership') this.#counters.add('leadership transferred');
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
        this.#counters.add('request about a forgotten instance');
        break;
      case 'logRejected':
        if (this.#leaders.has(rankOf(message.ballot))) this.#counters.add('leader superseded');
        break;
      case 'rejected':
        if (this.#asked.has(keyOf(message))) this.#counters.add('rejection of an accept');
    }
  }

  /** Called for each instance once, when a quorum has voted. */
  onDecided(seq: number, value: Bytes): void {
    if (isNoop(value) && seq < this.#highestDecided) this.#counters.add('log gap filled by a noop');
    this.#highestDecided = Math.max(seq, this.#highestDecided);
  }

  /** Called when the run is over. */
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
    this.#counters.add('leader elected');
    if (!isFirst && isOther) this.#counters.add('leader that takes over from another');
  }

  #onAccept(message: MessageOf<'accept'>): void {
    const key = keyOf(message);
    if (this.#asked.has(key)) return;
    this.#asked.add(key);
    const rank = rankOf(message.ballot);
    if (this.#ledger.logPromiseCount(rank) >= this.#ledger.quorumSize) {
      this.#onLeading(message.ballot);
      this.#counters.add('accept without phase 1');
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
      this.#counters.add('second quorum in a decided instance');
    }
  }
}

function keyOf({ seq, ballot }: MessageOf<'accept' | 'rejected'>): string {
  return `${seq}:${rankOf(ballot)}`;
}

function isNoop(value: Bytes): boolean {
  return value.length === 1;
}
