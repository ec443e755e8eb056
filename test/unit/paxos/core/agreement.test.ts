/**
 * A random search through peers that step: messages come in any order, twice or never, peers crash
 * and forget what was not written. Every vote made durable is laid beside every other.
 */
import {
  type DurableWrite,
  type Effects,
  type Envelope,
  Peer,
  type PeerEvent,
  type PeerId,
  type Write,
} from '@paxkv/paxos/core';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';

const peerCount = 3;
const quorum = 2;
const seqCount = 2;
const seedCount = 400;
const stepCount = 250;
const settleTurnCount = 300;

/** All votes ever durable, by instance and ballot: the only place where a decision can come from. */
class Ballots {
  readonly #votes = new Map<string, { value: string; voters: Set<PeerId> }>();

  cast(voter: PeerId, write: DurableWrite<string>): void {
    if (write.type !== 'accepted') return;
    const { seq, ballot, value } = write;
    const key = `${seq}/${ballot.round}.${ballot.peer}`;
    const vote = this.#votes.get(key) ?? { value, voters: new Set<PeerId>() };
    expect(value, `the value of ${key}`).to.equal(vote.value);
    this.#votes.set(key, { ...vote, voters: vote.voters.add(voter) });
  }

  /** Every value for which a quorum voted at one ballot of `seq`. */
  decided(seq: number): Set<string> {
    const won = [...this.#votes].filter(
      ([key, { voters }]) => key.startsWith(`${seq}/`) && voters.size >= quorum,
    );
    return new Set(won.map(([, { value }]) => value));
  }
}

/** One run: three peers, their disks, and the mail under way. */
class Run {
  readonly votes = new Ballots();
  readonly #random: SeededRandom;
  readonly #disks: Write<string>[][] = [[], [], []];
  readonly #peers: Peer<string>[];
  /** What each peer has not yet written, with what waits for it. */
  readonly #pending: Effects<string>[][] = [[], [], []];
  #mail: Envelope<string>[] = [];
  #now = 0;
  #proposed = 0;
  /** Who is cut off for the moment: nothing reaches this peer, and nothing it says arrives. */
  #cutOff: PeerId = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#peers = this.#disks.map((disk, me) => this.#boot(me, disk));
  }

  act(): void {
    const me = this.#random.integer(0, peerCount - 1);
    const what = this.#random.integer(0, 99);
    if (what < 50) this.#deliver();
    else if (what < 80) this.#flush(me);
    else if (what < 88) this.#wake(me);
    else if (what < 95) this.#propose(me);
    else if (what < 98) this.#cutOff = me;
    else this.#crash(me);
  }

  /** Delivers mail in order and without loss for a while, so that proposals come to an end. */
  settle(): void {
    for (let turn = 0; turn < settleTurnCount; turn += 1) {
      for (let me = 0; me < peerCount; me += 1) this.#flush(me);
      const envelope = this.#mail.shift();
      if (envelope) this.#step(envelope.to, { type: 'receive', envelope });
      else this.#wake(this.#random.integer(0, peerCount - 1));
    }
  }

  /** Whether every instance came to a decision. */
  get isDecided(): boolean {
    return this.votes.decided(0).size === 1 && this.votes.decided(1).size === 1;
  }

  check(): void {
    for (let seq = 0; seq < seqCount; seq += 1) {
      const decided = this.votes.decided(seq);
      expect(decided.size, `values decided in ${seq}`).to.be.at.most(1);
      for (const peer of this.#peers) {
        const status = peer.status(seq);
        if (status.fate === 'decided') expect([...decided]).to.deep.equal([status.value]);
      }
    }
  }

  #boot(me: PeerId, memory: Write<string>[]): Peer<string> {
    return new Peer<string>({ me, peerCount, random: this.#random, memory: [...memory] });
  }

  #step(me: PeerId, event: PeerEvent<string>): void {
    const effects = this.#peers[me]?.step(event, this.#now);
    if (!effects) return;
    this.#mail.push(...effects.sendNow);
    this.#pending[me]?.push(effects);
  }

  /** Draws one envelope; most often takes it off the mail, sometimes leaves it to come again. */
  #deliver(): void {
    if (this.#mail.length === 0) return;
    const index = this.#random.integer(0, this.#mail.length - 1);
    const [envelope] = this.#random.chance(0.1)
      ? this.#mail.slice(index, index + 1)
      : this.#mail.splice(index, 1);
    if (!envelope || this.#random.chance(0.05)) return;
    if (envelope.from === envelope.to || !this.#isCutOff(envelope)) {
      this.#step(envelope.to, { type: 'receive', envelope });
    }
  }

  #isCutOff({ from, to }: Envelope<string>): boolean {
    return from === this.#cutOff || to === this.#cutOff;
  }

  /** One write finishes, then what vouches for it leaves. */
  #flush(me: PeerId): void {
    const effects = this.#pending[me]?.shift();
    if (!effects) return;
    this.#disks[me]?.push(...effects.persist, ...effects.note);
    for (const write of effects.persist) this.votes.cast(me, write);
    this.#mail.push(...effects.sendAfter);
    this.#step(me, { type: 'persisted', writes: effects.persist });
  }

  #wake(me: PeerId): void {
    this.#now += 1000;
    this.#step(me, { type: 'wake' });
  }

  #propose(me: PeerId): void {
    this.#proposed += 1;
    const seq = this.#random.integer(0, seqCount - 1);
    this.#step(me, { type: 'propose', seq, value: `${me}-${this.#proposed}` });
  }

  /** What was not written is lost, with what waited for it. */
  #crash(me: PeerId): void {
    this.#pending[me] = [];
    this.#peers[me] = this.#boot(me, this.#disks[me] ?? []);
  }
}

describe('Agreement, by random search', () => {
  it(`decides at most one value an instance, and one value a ballot, in ${seedCount} runs`, () => {
    let decidedCount = 0;
    for (let seed = 0; seed < seedCount; seed += 1) {
      const run = new Run(seed);
      for (let step = 0; step < stepCount; step += 1) {
        run.act();
        run.check();
      }
      run.settle();
      run.check();
      if (run.isDecided) decidedCount += 1;
    }
    expect(decidedCount, 'runs with every instance decided').to.be.greaterThan(0.8 * seedCount);
  });
});
