import {
  type Accept,
  type Effects,
  type Envelope,
  type Message,
  Peer,
  type PeerId,
} from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten } from '../../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept, mail } from '../steps.ts';

/** Three peers, and the messages between them. */
class Group {
  readonly peers: Peer<string>[];
  readonly sent: Envelope<string>[] = [];
  #mail: Envelope<string>[] = [];
  now = 0;

  constructor(candidates: readonly PeerId[] = [0]) {
    this.peers = [0, 1, 2].map((me) => {
      const isCandidate = candidates.includes(me);
      return new Peer<string>({
        me,
        peerCount: 3,
        random: constantRandom,
        memory: kept(),
        isCandidate,
      });
    });
  }

  step(me: PeerId, event: Parameters<Peer<string>['step']>[0]): Effects<string> {
    const effects = this.peers[me]?.step(event, this.now);
    if (!effects) throw new Error('no such peer');
    this.#mail.push(...effects.sendNow);
    if (effects.persist.length > 0) this.step(me, { type: 'persisted', writes: effects.persist });
    this.#mail.push(...effects.sendAfter);
    return effects;
  }

  /** Delivers until no message is on its way; what is from or for `cut` is lost. */
  deliver(cut?: PeerId): void {
    for (let each = this.#mail.shift(); each; each = this.#mail.shift()) {
      if (each.from !== each.to) this.sent.push(each);
      if (each.to !== cut && each.from !== cut)
        this.step(each.to, { type: 'receive', envelope: each });
    }
  }

  /** Loses every message on its way. */
  lose(): void {
    this.#mail = [];
  }

  /** Lets peer 0 propose, and delivers all that follows. */
  propose(seq: number, value: string, cut?: PeerId): void {
    this.step(0, { type: 'propose', seq, value });
    this.deliver(cut);
  }

  /** The decision known to each peer, if any. */
  decidedIn(seq: number): (string | undefined)[] {
    return this.peers.map((peer) => {
      const status = peer.status(seq);
      return status.fate === 'decided' ? status.value : undefined;
    });
  }

  /** Lets peer `me` become leader. */
  elect(me: PeerId, cut?: PeerId): void {
    for (const delayMs of [0, 1000]) {
      this.now += delayMs;
      this.step(me, { type: 'wake' });
    }
    this.deliver(cut);
    this.sent.length = 0;
  }

  counts(): Partial<Record<Message<string>['type'], number>> {
    const counts: Partial<Record<Message<string>['type'], number>> = {};
    for (const { message } of this.sent) counts[message.type] = (counts[message.type] ?? 0) + 1;
    return counts;
  }
}

describe('Election', () => {
  for (const [when, event, waitMs] of [
    ['soon', { type: 'wake' }, 3],
    ['at once if somebody waits', { type: 'flushNotices' }, 0],
  ] as const) {
    it(`decides in one round under a leader, with one request and answer per peer, and notifies ${when}`, () => {
      const group = new Group();
      group.elect(0);
      group.propose(0, 'a');
      expect(group.counts()).to.deep.equal({ accept: 2, accepted: 2 });
      group.now += waitMs;
      group.step(0, event);
      group.deliver();
      expect(group.counts()).to.deep.equal({ accept: 2, accepted: 2, decided: 2 });
      expect(group.decidedIn(0)).to.deep.equal(['a', 'a', 'a']);
      group.step(0, event);
      group.deliver();
      expect(group.counts().decided).to.equal(2);
    });
  }

  it('sends commit notices at once when a reader asks how far decisions may go', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a');
    group.step(1, { type: 'readIndex' });
    group.step(2, { type: 'readIndex' });
    group.deliver();
    expect(group.decidedIn(0)).to.deep.equal(['a', 'a', 'a']);
  });

  it('costs a busy leader no message more: notices are piggybacked on the next request', () => {
    const group = new Group();
    group.elect(0);
    for (let seq = 0; seq < 10; seq += 1) group.propose(seq, 'a');
    expect(group.counts()).to.deep.equal({ accept: 20, accepted: 20 });
    expect(group.decidedIn(8)).to.deep.equal(['a', 'a', 'a']);
    expect(group.decidedIn(9)).to.deep.equal(['a', undefined, undefined]);
  });

  it('delays no notice while votes in another instance are slow to come', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a');
    group.step(0, { type: 'propose', seq: 1, value: 'b' });
    group.lose();
    group.propose(2, 'c', 1);
    group.step(0, { type: 'flushNotices' });
    expect(group.counts().decided).to.equal(undefined);
    group.now += 5;
    group.step(0, { type: 'wake' });
    group.deliver();
    expect(group.decidedIn(2)).to.deep.equal(['c', 'c', 'c']);
  });

  it('asks for the value of a decision where it has no vote, or an older one', () => {
    const [older, leading] = [ballot(1, 2), ballot(2, 0)];
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const accept = (from: PeerId, message: Omit<Accept<string>, 'type'>) => {
      const envelope = { from, to: 1, ...nothingForgotten, mark };
      return { ...envelope, message: { type: 'accept', ...message } as const };
    };
    const peer = new Group().peers[1];
    peer?.step({ type: 'receive', envelope: accept(2, { seq: 0, ballot: older, value: 'x' }) }, 0);
    const decided = [0, 1].map((seq) => ({ seq, ballot: leading }));
    const envelope = accept(0, { seq: 2, ballot: leading, value: 'c', decided });
    const effects = peer?.step({ type: 'receive', envelope }, 0);
    expect(effects?.decided).to.deep.equal([]);
    expect(mail(effects?.sendNow ?? [])).to.deep.equal([
      [0, { type: 'learn', seq: 0, count: 1 }],
      [0, { type: 'learn', seq: 1, count: 1 }],
    ]);
  });

  it('sends a notice again if the request that carried it was undeliverable', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a', 2);
    const { sendNow } = group.step(0, { type: 'propose', seq: 1, value: 'b' });
    const lost = sendNow.find(({ to }) => to === 2);
    if (lost) group.step(0, { type: 'undeliverable', envelope: lost });
    group.lose();
    group.now += 1000;
    const { sendNow: again } = group.step(0, { type: 'wake' });
    const notice = { type: 'decided', seq: 0, ballot: ballot(1, 0) };
    expect(mail(again)).to.deep.include.members([[2, notice]]);
  });

  it('learns within a heartbeat what a lost notice was about', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a');
    group.step(0, { type: 'flushNotices' });
    group.lose();
    expect(group.decidedIn(0)).to.deep.equal(['a', undefined, undefined]);
    group.now += 50;
    group.step(0, { type: 'wake' });
    group.deliver();
    expect(group.decidedIn(0)).to.deep.equal(['a', 'a', 'a']);
  });

  it('makes peers that missed notices ask when later ones arrive', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a');
    group.step(0, { type: 'flushNotices' });
    group.lose();
    group.propose(1, 'b');
    group.propose(2, 'c');
    expect(group.counts().learn).to.equal(undefined);
    group.now += 20;
    group.propose(3, 'd');
    expect(group.counts().learn).to.equal(2);
    expect(group.decidedIn(0)).to.deep.equal(['a', 'a', 'a']);
  });

  it('sends its commit notices before its host stops', () => {
    const group = new Group();
    group.elect(0);
    group.propose(0, 'a');
    group.step(0, { type: 'stepDown' });
    group.deliver();
    expect(group.decidedIn(0)).to.deep.equal(['a', 'a', 'a']);
  });

  it('writes the log promise before it is sent', () => {
    const { peers } = new Group();
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const message: Message<string> = { type: 'prepareLog', ballot: ballot(1, 0) };
    const envelope = { from: 0, to: 1, ...nothingForgotten, mark, message };
    const effects = peers[1]?.step({ type: 'receive', envelope }, 0);
    expect(effects?.persist).to.deep.equal([{ type: 'logPromised', ballot: ballot(1, 0) }]);
    expect(effects?.sendNow).to.deep.equal([]);
    expect(mail(effects?.sendAfter ?? [])).to.deep.equal([
      [0, { type: 'logPromised', ballot: ballot(1, 0), firstSeq: 0, votes: [] }],
    ]);
  });

  it('finishes what others voted for, and then proposes its own', () => {
    const group = new Group();
    // Peer 1 voted for a value of peer 2, which then falls silent.
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const message: Message<string> = { type: 'accept', seq: 0, ballot: ballot(1, 2), value: 'old' };
    const envelope = { from: 2, to: 1, ...nothingForgotten, mark, message };
    group.step(1, { type: 'receive', envelope });
    group.deliver(2);
    group.elect(0, 2);
    group.step(0, { type: 'propose', seq: 0, value: 'new' });
    group.deliver(2);
    // The vote was cast at a higher ballot than the leader's: that instance takes a ballot of its own.
    group.now += 300;
    group.step(0, { type: 'wake' });
    group.deliver(2);
    expect(group.peers[0]?.status(0)).to.deep.equal({ fate: 'decided', value: 'old' });
    expect(group.peers[0]?.leader).to.equal(0);
  });

  it('finishes what it voted for below the instances that it leads', () => {
    const group = new Group([0, 1]);
    group.elect(0);
    group.propose(0, 'a');
    // The others know a later decision, so no acceptor reports its vote in the first instance.
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const message = { type: 'decided', seq: 1, ballot: ballot(1, 0), value: 'b' } as const;
    for (const to of [1, 2]) {
      group.step(to, {
        type: 'receive',
        envelope: { from: 0, to, ...nothingForgotten, mark, message },
      });
      group.step(to, { type: 'disconnected', peer: 0 });
    }
    group.elect(1, 0);
    expect(group.peers[1]?.leader).to.equal(1);
    group.now += 10;
    group.step(1, { type: 'wake' });
    group.deliver(0);
    expect(group.decidedIn(0)[1]).to.equal('a');
  });

  it('takes over from a leader, whose requests are rejected from then on', () => {
    const group = new Group([0, 1]);
    group.elect(0);
    group.step(1, { type: 'disconnected', peer: 0 });
    group.step(2, { type: 'disconnected', peer: 0 });
    group.elect(1, 0);
    expect(group.peers.map(({ leader }) => leader)).to.deep.equal([0, 1, 1]);
    group.step(0, { type: 'propose', seq: 0, value: 'late' });
    group.deliver();
    expect(group.counts().rejected).to.equal(2);
    expect(group.peers[0]?.leader).to.not.equal(0);
  });

  it('does not disturb a leader that others hear', () => {
    const group = new Group([0, 1]);
    group.elect(0);
    group.step(1, { type: 'disconnected', peer: 0 });
    group.now += 100;
    group.step(0, { type: 'wake' });
    group.deliver(1);
    group.sent.length = 0;
    group.step(1, { type: 'wake' });
    group.deliver(0);
    expect(group.counts()).to.deep.equal({ preVote: 2 });
    expect(group.peers[2]?.leader).to.equal(0);
  });

  it('informs a peer that was away which peer leads, though under load no heartbeat is sent', () => {
    const group = new Group([0, 2]);
    group.elect(0, 2);
    group.propose(0, 'a', 2);
    group.step(2, { type: 'wake' });
    group.now += 50;
    group.step(2, { type: 'wake' });
    group.deliver();
    expect(group.peers[2]?.leader).to.equal(0);
    group.now += 400;
    group.propose(1, 'b');
    // It never promised this leader the log, and still counts its requests as signs of a leader.
    group.now += 400;
    group.sent.length = 0;
    group.step(2, { type: 'wake' });
    group.deliver();
    expect(group.counts().preVote).to.equal(undefined);
    expect(group.peers[2]?.leader).to.equal(0);
  });

  it('lets one win where two start a pre-vote at the same time', () => {
    const group = new Group([0, 1]);
    for (const delayMs of [0, 1000]) {
      group.now += delayMs;
      group.step(0, { type: 'wake' });
      group.step(1, { type: 'wake' });
    }
    group.deliver();
    expect(group.peers.map(({ leader }) => leader)).to.deep.equal([0, 0, 0]);
    expect(group.counts().prepareLog).to.equal(2);
  });

  it('reserves its next ballot before the leader is gone, if it may lead', () => {
    const group = new Group([0, 1]);
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const message: Message<string> = { type: 'prepareLog', ballot: ballot(1, 0) };
    const hear = (to: PeerId) =>
      group.step(to, {
        type: 'receive',
        envelope: { from: 0, to, ...nothingForgotten, mark, message },
      });
    const types = (effects: Effects<string>) => effects.persist.map(({ type }) => type);
    expect(types(hear(1))).to.deep.equal(['logPromised', 'reserved']);
    expect(types(hear(2))).to.deep.equal(['logPromised']);
    group.lose();
    group.step(1, { type: 'disconnected', peer: 0 });
    group.step(2, { type: 'disconnected', peer: 0 });
    group.now += 50;
    group.step(1, { type: 'wake' });
    group.deliver(0);
    expect(group.peers[1]?.leader).to.equal(1);
  });

  it('transfers leadership when the host of the leader stops', () => {
    const group = new Group([0, 1, 2]);
    group.elect(0);
    group.step(0, { type: 'stepDown' });
    group.deliver();
    const [, ...others] = group.peers;
    expect(others.map(({ leader }) => leader)).to.satisfy(
      ([first, second]: PeerId[]) => first === second && first !== 0,
    );
  });

  it('gives no vote to a leader that does not know of a new incarnation', () => {
    const group = new Group();
    group.elect(0);
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const admit: Message<string> = { type: 'admit', incarnation: 1, attempt: 5 };
    const asked = { from: 2, to: 1, ...nothingForgotten, mark, message: admit };
    group.step(1, { type: 'receive', envelope: asked });
    // The leader rests on the log promise that peer 2 gave in its earlier incarnation.
    group.step(0, { type: 'propose', seq: 0, value: 'a' });
    const answer = group.step(1, {
      type: 'receive',
      envelope: {
        from: 0,
        to: 1,
        ...nothingForgotten,
        mark,
        message: { type: 'accept', seq: 0, ballot: ballot(1, 0), value: 'a' },
      },
    });
    expect(answer.persist).to.deep.equal([]);
    expect(mail(answer.sendNow)[0]?.[1]).to.include({ type: 'rejected' });
    expect(answer.sendNow[0]?.mark.incarnations).to.deep.equal([0, 0, 1]);
  });

  it('reports the highest round of its log promise when it admits a peer', () => {
    const group = new Group();
    group.elect(0);
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const message: Message<string> = { type: 'admit', incarnation: 1, attempt: 5 };
    const envelope = { from: 0, to: 1, ...nothingForgotten, mark, message };
    const { sendAfter } = group.step(1, { type: 'receive', envelope });
    expect(sendAfter[0]?.message).to.include({ type: 'admitted', round: 1 });
  });
});
