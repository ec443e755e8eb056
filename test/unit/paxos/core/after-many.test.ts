/** Three peers after very many of anything: none of them keeps anything of what is over. */
import { type Effects, type Envelope, Peer, type PeerEvent, type PeerId } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { bytesKeptByEach, leakBytesMin } from '../../kept-memory.ts';
import { constantRandom, kept } from './steps.ts';

const many = 10_000;

class Group {
  readonly peers: Peer<string>[];
  readonly #mail: Envelope<string>[] = [];
  /** Peers that nothing reaches. */
  readonly cut = new Set<PeerId>();
  now = 0;
  readIndexCount = 0;

  constructor(candidates: readonly PeerId[] = [0]) {
    this.peers = [0, 1, 2].map(
      (me) =>
        new Peer<string>({
          ...{ me, peerCount: 3, random: constantRandom, memory: kept() },
          isCandidate: candidates.includes(me),
          retention: { type: 'quorum', instances: 10, bytes: 1000, sizeOf: (text) => text.length },
        }),
    );
    for (const { me } of this.all) this.step(me, { type: 'wake' });
    for (let round = 0; round < 5; round += 1) this.pass(400);
  }

  get all(): { me: PeerId; peer: Peer<string> }[] {
    return this.peers.map((peer, me) => ({ me, peer }));
  }

  step(me: PeerId, event: PeerEvent<string>): void {
    const effects = this.peers[me]?.step(event, this.now) ?? expect.fail('no such peer');
    this.#take(me, effects);
  }

  #take(me: PeerId, effects: Effects<string>): void {
    this.#mail.push(...effects.sendNow);
    if (effects.readIndex !== undefined) this.readIndexCount += 1;
    const writes = effects.persist;
    if (writes.length > 0) this.step(me, { type: 'persisted', writes });
    this.#mail.push(...effects.sendAfter);
  }

  /** Delivers until no message is on its way. Senders learn of what cannot be delivered. */
  deliver(): void {
    for (let each = this.#mail.shift(); each !== undefined; each = this.#mail.shift()) {
      if (this.cut.has(each.from)) continue;
      const isLost = this.cut.has(each.to);
      const type = isLost ? 'undeliverable' : 'receive';
      this.step(isLost ? each.from : each.to, { type, envelope: each });
    }
  }

  /** Lets time pass, and wakes who wants to be woken. */
  pass(ms: number): void {
    this.now += ms;
    for (const { me, peer } of this.all) {
      const wakeAt = peer.wakeAt();
      if (wakeAt !== undefined && wakeAt <= this.now) this.step(me, { type: 'wake' });
    }
    this.deliver();
  }

  decide(seq: number, at: PeerId = 0): void {
    this.step(at, { type: 'propose', seq, value: `value ${seq}` });
    this.deliver();
    this.pass(4);
  }

  forget(seq: number): void {
    for (const { me } of this.all) this.step(me, { type: 'done', seq });
  }
}

describe('Peers keep nothing', function () {
  this.timeout(60_000);

  it('of instances with which every host is done', async () => {
    const group = new Group();
    const bytes = await bytesKeptByEach((seq) => {
      group.decide(seq);
      group.forget(seq);
    });
    for (const { peer } of group.all) {
      expect(peer.min).to.be.at.least(many - 1);
      expect(peer.retained.instances).to.be.at.most(11);
    }
    expect(bytes).to.be.below(leakBytesMin);
  });

  it('of instances that were decided without a leader, each by another peer', async () => {
    const group = new Group([]);
    const bytes = await bytesKeptByEach((seq) => {
      group.decide(seq, seq % 3);
      group.pass(50);
      group.forget(seq);
    }, 2000);
    for (const { peer } of group.all) expect(peer.retained.instances).to.be.at.most(11);
    expect(bytes).to.be.below(leakBytesMin);
  });

  it('of what a peer that is away lacks, beyond the budget', async () => {
    const group = new Group();
    group.decide(0);
    group.cut.add(2);
    const bytes = await bytesKeptByEach((index) => {
      group.decide(index + 1);
      for (const me of [0, 1]) group.step(me, { type: 'done', seq: index + 1 });
      group.pass(20);
    }, 3000);
    expect(group.peers[0]?.retained.instances).to.be.at.most(12);
    expect(bytes).to.be.below(leakBytesMin);
    group.cut.clear();
    for (let round = 0; round < 100; round += 1) group.pass(50);
    expect(group.peers[2]?.floor).to.be.above(2900);
  });

  it('of quorum reads, also while only one answer comes', async () => {
    const group = new Group();
    const bytes = await bytesKeptByEach(() => {
      group.step(1, { type: 'readIndex' });
      group.deliver();
    });
    expect(group.readIndexCount).to.equal(many);
    expect(bytes).to.be.below(leakBytesMin);
    group.cut.add(1);
    const bytesAlone = await bytesKeptByEach(() => {
      group.step(1, { type: 'readIndex' });
      group.deliver();
    });
    expect(bytesAlone).to.be.below(leakBytesMin);
  });

  it('of elections, one leader after the other', async () => {
    const group = new Group([0, 1, 2]);
    const leaders = new Set<PeerId | undefined>();
    const bytes = await bytesKeptByEach((index) => {
      const leader = group.peers[0]?.leader ?? 0;
      leaders.add(leader);
      group.step(leader, { type: 'stepDown' });
      group.deliver();
      group.pass(600);
      group.decide(index);
      group.forget(index);
    }, 2000);
    expect(leaders.size).to.be.above(1);
    expect(bytes).to.be.below(leakBytesMin);
  });

  it('of connections that end, and of peers that cannot be reached', async () => {
    const group = new Group();
    const bytes = await bytesKeptByEach((index) => {
      const away = 1 + (index % 2);
      group.step(0, { type: 'disconnected', peer: away });
      group.cut.add(away);
      group.decide(index);
      group.cut.clear();
      group.pass(100);
      group.forget(index);
    }, 3000);
    expect(bytes).to.be.below(leakBytesMin);
  });
});
