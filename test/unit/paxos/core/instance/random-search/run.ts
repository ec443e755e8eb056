/**
 * One run of the random search: some peers that step, their hosts and disks, and the mail on its way. Messages
 * come in any order, twice or never, peers crash and lose what was not written, hosts lose their states, and
 * now and then a disk is lost. After each act every invariant is checked.
 */
import {
  type Effects,
  type Envelope,
  Peer,
  type PeerEvent,
  type PeerId,
  type RetentionPolicy,
} from '@paxkv/paxos/core';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { Ballots } from './ballots.ts';
import { Disk } from './disk.ts';
import { Floors } from './floors.ts';
import { Host } from './host.ts';

const seqCount = 12;
const settleStepCount = 300;

export interface RunOptions {
  readonly peerCount: number;
  /** Whether disks and states are lost. */
  readonly losing: boolean;
  /** Whether peers lead. */
  readonly leading: boolean;
}

/** An envelope, and the life of its sender's host. */
interface Mail {
  readonly envelope: Envelope<string>;
  readonly life: number;
}

export class Run {
  readonly votes: Ballots;
  readonly #options: RunOptions;
  readonly #random: SeededRandom;
  readonly #retention: RetentionPolicy<string>;
  readonly #disks: Disk[];
  readonly #hosts: readonly Host[];
  readonly #floors: Floors;
  readonly #peers: Peer<string>[];
  /** What each peer has not written yet, with what waits for it. */
  readonly #pending: Effects<string>[][];
  /** For each peer, the highest seq that has left its memory in this run, or −1. */
  readonly #truncatedUpTo: number[];
  #mail: Mail[] = [];
  #now = 0;
  #proposed = 0;
  /** This peer is cut off for the moment: nothing reaches it, and nothing it sends arrives. */
  #cutOff: PeerId = 0;
  leaderCount = 0;
  lossCount = 0;
  /** How often a host took the state of another one. */
  transferCount = 0;
  truncatedCount = 0;

  constructor(seed: number, options: RunOptions) {
    const { peerCount, losing } = options;
    this.#options = options;
    this.#random = new SeededRandom(seed);
    this.votes = new Ballots(Math.floor(peerCount / 2) + 1);
    this.#retention = this.#drawRetention();
    this.#disks = Array.from({ length: peerCount }, () => new Disk(losing ? 'new' : 'kept'));
    this.#hosts = this.#disks.map(() => new Host());
    this.#floors = new Floors(this.#hosts);
    this.#pending = this.#disks.map(() => []);
    this.#truncatedUpTo = this.#disks.map(() => -1);
    this.#peers = this.#disks.map((disk, me) => this.#boot(me, disk));
    // The peers of a new group must have admitted each other before faults begin.
    while (!this.areMembers) this.settle();
  }

  get raisedFloorCount(): number {
    return this.#floors.raisedCount;
  }

  act(): void {
    const me = this.#random.integer(0, this.#options.peerCount - 1);
    const what = this.#random.integer(0, 99);
    const crashFrom = this.#options.losing ? 96 : 98;
    if (what < 50) this.#deliver();
    else if (what < 74) this.#flush(me);
    else if (what < 80) this.#advance(me);
    else if (what < 88) this.#wake(me);
    else if (what < 94) this.#propose(me);
    else if (what < crashFrom) this.#cutOff = me;
    else this.#crash(me);
  }

  /** Delivers mail in order and without loss for a while, so that proposals come to an end. */
  settle(): void {
    for (let count = 0; count < settleStepCount || !this.areMembers; count += 1) {
      if (count > 20 * settleStepCount) throw new Error('they never settle');
      for (const me of this.#peers.keys()) this.#flush(me);
      if (!this.#deliverNext()) this.#rest();
    }
    this.#exchange();
  }

  /** The same while one peer is away: the others decide, and forget, what that one lacks when it is back. */
  settleWithout(absent: PeerId): void {
    for (let count = 0; count < settleStepCount; count += 1) {
      for (const me of this.#peers.keys()) if (me !== absent) this.#flush(me);
      if (this.#deliverNext(absent)) continue;
      this.#rest(absent);
      const me = this.#random.integer(0, this.#peers.length - 1);
      if (me !== absent) this.#propose(me);
    }
  }

  drawPeer(): PeerId {
    return this.#random.integer(0, this.#peers.length - 1);
  }

  /** Whether the first instances are decided. */
  get isDecided(): boolean {
    return [0, 1].every((seq) => this.votes.decided(seq) !== undefined);
  }

  get areMembers(): boolean {
    return this.#peers.every(({ isMember }) => isMember);
  }

  check(): void {
    for (let seq = 0; seq < seqCount; seq += 1) {
      const decided = this.votes.decided(seq);
      for (const [me, peer] of this.#peers.entries()) {
        const status = peer.status(seq);
        const known = status.fate === 'decided' ? status.value : decided;
        const applied = this.#host(me).state[seq] ?? decided;
        // Chai takes its time, so it is asked only where a check fails.
        if (known !== decided || applied !== decided)
          expect([known, applied], `instance ${seq} at peer ${me}`).to.deep.equal([
            decided,
            decided,
          ]);
      }
    }
  }

  /** Called after `settle`: every host has what lies below the floor, and no peer keeps more than it may. */
  checkSettled(): void {
    for (const [me, peer] of this.#peers.entries()) {
      const { applied } = this.#host(me);
      expect(applied, `applied by peer ${me}`).to.be.at.least(peer.floor - 1);
      if (this.#retention.type === 'everyPeer') continue;
      const { instances, bytes } = this.#retention;
      const heldAbove = peer.decisions().filter(({ seq }) => seq > this.#quorumApplied).length;
      expect(peer.retained.instances - heldAbove, `held by ${me}`).to.be.at.most(instances);
      expect(peer.retained.bytes, `held by ${me}`).to.be.at.most(bytes + heldAbove * valueBytesMax);
    }
  }

  /** What a quorum of hosts has applied. */
  get #quorumApplied(): number {
    const descending = this.#hosts.map(({ applied }) => applied).toSorted((a, b) => b - a);
    return descending[Math.floor(descending.length / 2)] ?? -1;
  }

  #drawRetention(): RetentionPolicy<string> {
    if (this.#random.chance(0.25)) return { type: 'everyPeer' };
    return {
      type: 'quorum',
      instances: this.#random.integer(1, 10),
      bytes: this.#random.integer(valueBytesMax, 60),
      sizeOf: ({ length }) => length,
    };
  }

  #host(me: PeerId): Host {
    const host = this.#hosts[me];
    if (host === undefined) throw new RangeError(`there is no peer ${me}`);
    return host;
  }

  #boot(me: PeerId, disk: Disk): Peer<string> {
    const { peerCount, leading: isCandidate } = this.#options;
    const host = this.#host(me);
    const peer = new Peer<string>({
      me,
      peerCount,
      random: this.#random,
      memory: disk.memory(),
      isCandidate,
      retention: this.#retention,
      stateEpoch: host.stateEpoch,
    });
    host.restart(peer);
    this.#truncatedUpTo[me] = -1;
    this.#floors.onRestarted(me);
    return peer;
  }

  #step(me: PeerId, event: PeerEvent<string>): void {
    const peer = this.#peers[me];
    if (peer === undefined) return;
    const wasLeader = peer.leader === me;
    const effects = peer.step(event, this.#now);
    if (!wasLeader && peer.leader === me) this.leaderCount += 1;
    if (effects.memoryLoss !== undefined) {
      // Another peer knows of an incarnation that was lost before it was admitted: the host begins another.
      expect(effects.memoryLoss).to.contain('knows incarnation');
      this.#loseDisk(me, 'lost', false);
      return;
    }
    for (const envelope of [...effects.sendNow, ...effects.sendAfter])
      this.#floors.onSealed(envelope);
    this.#host(me).onDecided(effects.decided);
    this.#checkTruncated(me, effects);
    this.#floors.check(me, peer);
    this.#post(me, effects.sendNow);
    this.#pending[me]?.push(effects);
  }

  /** What leaves memory is reported in order, each once, and only while some peer may need it. */
  #checkTruncated(me: PeerId, { truncated }: Effects<string>): void {
    for (const { seq, value } of truncated) {
      expect(seq, `truncated by peer ${me}`).to.be.above(this.#truncatedUpTo[me] ?? -1);
      this.#truncatedUpTo[me] = seq;
      expect(this.votes.decided(seq)).to.equal(value);
      expect(this.#host(me).state[seq], 'the state of a host that forgot').to.equal(value);
    }
    this.truncatedCount += truncated.length;
  }

  #post(me: PeerId, envelopes: readonly Envelope<string>[]): void {
    const { life } = this.#host(me);
    this.#mail.push(...envelopes.map((envelope) => ({ envelope, life })));
  }

  /** Draws one envelope; most often takes it off the mail, sometimes leaves it to come again. */
  #deliver(): void {
    if (this.#mail.length === 0) return;
    const index = this.#random.integer(0, this.#mail.length - 1);
    const [mail] = this.#random.chance(0.1)
      ? this.#mail.slice(index, index + 1)
      : this.#mail.splice(index, 1);
    if (!mail || this.#random.chance(0.05)) return;
    const { from, to } = mail.envelope;
    if (from === to || (from !== this.#cutOff && to !== this.#cutOff)) this.#receive(mail);
  }

  /** Returns whether there was any. What comes from or goes to `absent` is lost. */
  #deliverNext(absent?: PeerId): boolean {
    const mail = this.#mail.shift();
    if (mail === undefined) return false;
    const { from, to } = mail.envelope;
    if (from !== absent && to !== absent) this.#receive(mail);
    return true;
  }

  /** Every peer hears from every other one how far its host is. */
  #exchange(): void {
    for (let count = 0; count < this.#peers.length; count += 1) {
      for (const me of this.#peers.keys()) {
        this.#advance(me);
        this.#step(me, { type: 'readIndex' });
      }
      while (this.#deliverNext()) for (const me of this.#peers.keys()) this.#flush(me);
    }
  }

  #receive({ envelope, life }: Mail): void {
    this.#floors.onReceived(envelope, life);
    this.#step(envelope.to, { type: 'receive', envelope });
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
    const marked = effects.sendAfter.map((envelope) => {
      return { ...envelope, mark: { ...envelope.mark, writeIndex } };
    });
    this.#post(me, marked);
  }

  /** The host applies what it can, or takes the state of another host if nothing else helps. */
  #advance(me: PeerId): void {
    const [host, peer] = [this.#host(me), this.#peers[me]];
    if (peer === undefined) return;
    if (host.isBehindLog(peer)) {
      const source = this.#host(this.#random.integer(0, this.#hosts.length - 1));
      if (host.take(source.state)) this.transferCount += 1;
    } else {
      host.apply();
    }
    if (host.applied >= 0) this.#step(me, { type: 'done', seq: host.applied });
  }

  /** Nothing is on its way: hosts apply, wait for what they lack, and peers wake. */
  #rest(absent?: PeerId): void {
    for (const me of this.#peers.keys()) {
      if (me === absent) continue;
      this.#advance(me);
      this.#step(me, { type: 'requestDecisions', seq: seqCount - 1 });
    }
    const me = this.drawPeer();
    if (me !== absent) this.#wake(me);
  }

  #wake(me: PeerId): void {
    this.#now += 1000;
    this.#step(me, { type: 'wake' });
  }

  #propose(me: PeerId): void {
    this.#proposed += 1;
    const seq = this.#random.integer(0, Math.min(seqCount - 1, 1 + Math.floor(this.#proposed / 2)));
    this.#step(me, { type: 'propose', seq, value: `${me}-${this.#proposed}` });
  }

  /** What was not written is lost, with what waited for it; and sometimes the state or the whole disk. */
  #crash(me: PeerId): void {
    this.#pending[me] = [];
    const isLosing = this.#options.losing && this.#random.chance(0.6);
    if (isLosing && this.#mayLose(me)) {
      this.lossCount += 1;
      if (this.#random.chance(0.3)) this.#host(me).loseState(false);
      else {
        this.#loseDisk(me, this.#random.chance(0.5) ? 'new' : 'lost', this.#random.chance(0.7));
        return;
      }
    }
    const disk = this.#disks[me];
    if (disk) this.#peers[me] = this.#boot(me, disk);
  }

  /**
   * More than a minority without memory at once is outside the failure model. An admission counts once it is
   * durable, and a state once it has what its host had before.
   */
  #mayLose(me: PeerId): boolean {
    const { peerCount } = this.#options;
    const lost = this.#disks.filter((disk, peer) => {
      if (peer === me) return false;
      const remembered = new Peer<string>({
        me: peer,
        peerCount,
        random: this.#random,
        memory: disk.memory(),
      });
      return !remembered.isMember || this.#host(peer).applied < this.#quorumApplied;
    });
    return lost.length < Math.floor((peerCount - 1) / 2);
  }

  #loseDisk(me: PeerId, emptyState: 'new' | 'lost', isStateLost: boolean): void {
    this.#pending[me] = [];
    const disk = new Disk(emptyState);
    this.#disks[me] = disk;
    if (isStateLost) this.#host(me).loseState(true);
    this.#peers[me] = this.#boot(me, disk);
  }
}

/** The longest value that is ever proposed, in bytes. */
const valueBytesMax = 6;
