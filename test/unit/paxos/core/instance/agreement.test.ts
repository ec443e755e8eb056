/**
 * A random search through peers that step: messages come in any order, twice or never, peers crash
 * and lose what was not written, and now and then one loses its disk. Every durable vote is checked
 * against all others.
 */
import {
  type DurableWrite,
  type Effects,
  type Envelope,
  type Memory,
  Peer,
  type PeerEvent,
  type PeerId,
  type Write,
} from '@paxkv/paxos/core';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';

const seqCount = 4;
const seedCount = 100;
const stepCount = 250;
const settleStepCount = 300;

/** All votes that were ever durable, by instance and ballot. Every decision comes from these. */
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
  decided(seq: number, quorum: number): Set<string> {
    const won = [...this.#votes].filter(
      ([key, { voters }]) => key.startsWith(`${seq}/`) && voters.size >= quorum,
    );
    return new Set(won.map(([, { value }]) => value));
  }
}

/** What a peer has written, and how many times. */
class Disk {
  readonly #emptyState: Memory<string>['state'];
  readonly #writes: Write<string>[] = [];
  #writeIndex = 0;

  constructor(emptyState: Memory<string>['state']) {
    this.#emptyState = emptyState;
  }

  write(writes: readonly Write<string>[]): void {
    this.#writes.push(...writes);
    this.#writeIndex += 1;
  }

  memory(): Memory<string> {
    const state = this.#writeIndex === 0 ? this.#emptyState : 'kept';
    return { state, writeIndex: this.#writeIndex, writes: [...this.#writes] };
  }
}

interface RunOptions {
  readonly peerCount: number;
  /** Whether disks are lost. */
  readonly losing: boolean;
  /** Whether peers lead. */
  readonly leading: boolean;
}

/** One run: some peers, their disks, and the mail on its way. */
class Run {
  readonly votes = new Ballots();
  readonly #random: SeededRandom;
  readonly #peerCount: number;
  readonly #disks: Disk[];
  readonly #peers: Peer<string>[];
  /** What each peer has not written yet, with what waits for it. */
  readonly #pending: Effects<string>[][];
  #mail: Envelope<string>[] = [];
  #now = 0;
  #proposed = 0;
  /** This peer is cut off for the moment: nothing reaches it, and nothing it sends arrives. */
  #cutOff: PeerId = 0;
  readonly #isCandidate: boolean;
  readonly #lossProbability: number;
  leaderCount = 0;
  readonly #crashFrom: number;
  lossCount = 0;

  constructor(seed: number, { peerCount, losing, leading }: RunOptions) {
    this.#isCandidate = leading;
    this.#random = new SeededRandom(seed);
    this.#peerCount = peerCount;
    this.#lossProbability = losing ? 0.5 : 0;
    this.#crashFrom = losing ? 96 : 98;
    this.#disks = Array.from({ length: peerCount }, () => new Disk(losing ? 'new' : 'kept'));
    this.#pending = this.#disks.map(() => []);
    this.#peers = this.#disks.map((disk, me) => this.#boot(me, disk));
    // The peers of a new group must have admitted each other before faults begin.
    while (!this.areMembers) this.settle();
  }

  act(): void {
    const me = this.#random.integer(0, this.#peerCount - 1);
    const what = this.#random.integer(0, 99);
    if (what < 50) this.#deliver();
    else if (what < 80) this.#flush(me);
    else if (what < 88) this.#wake(me);
    else if (what < 94) this.#propose(me);
    else if (what < this.#crashFrom) this.#cutOff = me;
    else this.#crash(me, this.#random.chance(this.#lossProbability));
  }

  /** Delivers mail in order and without loss for a while, so that proposals come to an end. */
  settle(): void {
    for (let count = 0; count < settleStepCount || !this.areMembers; count += 1) {
      if (count > 20 * settleStepCount) throw new Error('they never settle');
      for (let me = 0; me < this.#peerCount; me += 1) this.#flush(me);
      const envelope = this.#mail.shift();
      if (envelope) this.#step(envelope.to, { type: 'receive', envelope });
      else this.#wake(this.#random.integer(0, this.#peerCount - 1));
    }
  }

  /** Whether the first instances are decided. */
  get isDecided(): boolean {
    return [0, 1].every((seq) => this.#decided(seq).size === 1);
  }

  get areMembers(): boolean {
    return this.#peers.every(({ isMember }) => isMember);
  }

  check(): void {
    for (let seq = 0; seq < seqCount; seq += 1) {
      const decided = this.#decided(seq);
      expect(decided.size, `values decided in ${seq}`).to.be.at.most(1);
      for (const peer of this.#peers) {
        const status = peer.status(seq);
        if (status.fate === 'decided') expect([...decided]).to.deep.equal([status.value]);
      }
    }
  }

  #decided(seq: number): Set<string> {
    return this.votes.decided(seq, Math.floor(this.#peerCount / 2) + 1);
  }

  #boot(me: PeerId, disk: Disk): Peer<string> {
    const peerCount = this.#peerCount;
    const isCandidate = this.#isCandidate;
    const memory = disk.memory();
    return new Peer<string>({ me, peerCount, random: this.#random, memory, isCandidate });
  }

  #step(me: PeerId, event: PeerEvent<string>): void {
    const peer = this.#peers[me];
    const wasLeader = peer?.leader === me;
    const effects = peer?.step(event, this.#now);
    if (!wasLeader && peer?.leader === me) this.leaderCount += 1;
    if (!effects) return;
    if (effects.memoryLoss !== undefined) {
      // Another peer knows of an incarnation that was lost before it was admitted: the host begins another.
      expect(effects.memoryLoss).to.contain('knows incarnation');
      this.#lose(me, 'lost');
      return;
    }
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
    if (effects.persist.length > 0) {
      this.#disks[me]?.write([...effects.persist, ...effects.note]);
      for (const write of effects.persist) this.votes.cast(me, write);
      this.#step(me, { type: 'persisted', writes: effects.persist });
    }
    const writeIndex = this.#peers[me]?.writeIndex ?? 0;
    for (const envelope of effects.sendAfter)
      this.#mail.push({ ...envelope, mark: { ...envelope.mark, writeIndex } });
  }

  #wake(me: PeerId): void {
    this.#now += 1000;
    this.#step(me, { type: 'wake' });
  }

  #propose(me: PeerId): void {
    this.#proposed += 1;
    const seq = this.#random.integer(0, Math.min(seqCount - 1, 1 + Math.floor(this.#proposed / 5)));
    this.#step(me, { type: 'propose', seq, value: `${me}-${this.#proposed}` });
  }

  /** What was not written is lost, with what waited for it; and all else too if the disk is lost. */
  #crash(me: PeerId, isDiskLost: boolean): void {
    this.#pending[me] = [];
    // More than a minority without memory at once is outside the failure model. An admission counts
    // once it is durable.
    const lostCount = this.#disks.filter((disk, peer) => !this.#boot(peer, disk).isMember).length;
    if (isDiskLost && lostCount < Math.floor((this.#peerCount - 1) / 2)) {
      this.lossCount += 1;
      this.#lose(me, this.#random.chance(0.5) ? 'new' : 'lost');
      return;
    }
    const disk = this.#disks[me];
    if (disk) this.#peers[me] = this.#boot(me, disk);
  }

  #lose(me: PeerId, emptyState: 'new' | 'lost'): void {
    this.#pending[me] = [];
    const disk = new Disk(emptyState);
    this.#disks[me] = disk;
    this.#peers[me] = this.#boot(me, disk);
  }
}

describe('Agreement, by random search', function () {
  // A second or two on a machine at rest.
  this.timeout(60_000);

  it(`decides at most one value an instance, and one value a ballot, in ${seedCount} runs`, () => {
    let decidedCount = 0;
    for (let seed = 0; seed < seedCount; seed += 1) {
      const run = search(seed, { peerCount: 3, losing: false, leading: false });
      if (run.isDecided) decidedCount += 1;
    }
    expect(decidedCount, 'runs with every instance decided').to.be.greaterThan(0.5 * seedCount);
  });

  for (const peerCount of [3, 5]) {
    it(`holds when disks are lost, among ${peerCount} peers, in ${seedCount} runs`, () => {
      let lossCount = 0;
      for (let seed = 0; seed < seedCount; seed += 1) {
        lossCount += search(seed, { peerCount, losing: true, leading: false }).lossCount;
      }
      expect(lossCount, 'disks lost').to.be.greaterThan(seedCount / 2);
    });
  }

  for (const losing of [false, true]) {
    for (const peerCount of [3, 5]) {
      const faults = losing ? 'with leaders, when disks are lost,' : 'with leaders,';
      it(`holds ${faults} among ${peerCount} peers, in ${seedCount} runs`, () => {
        let leaderCount = 0;
        for (let seed = 0; seed < seedCount; seed += 1) {
          leaderCount += search(seed, { peerCount, losing, leading: true }).leaderCount;
        }
        expect(leaderCount, 'elections won').to.be.greaterThan(seedCount);
      });
    }
  }
});

function search(seed: number, options: RunOptions): Run {
  const run = new Run(seed, options);
  for (let step = 0; step < stepCount; step += 1) {
    run.act();
    run.check();
  }
  run.settle();
  run.check();
  return run;
}
