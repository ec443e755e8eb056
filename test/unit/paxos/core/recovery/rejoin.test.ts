import {
  type Accept,
  type Effects,
  type Envelope,
  type Memory,
  type Message,
  Peer,
  type PeerId,
  type Write,
} from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten } from '../../../contracts/plain-mark.ts';
import { ballot, constantRandom } from '../steps.ts';

const attempt = 2 ** 47;
/** What constant randomness draws for the first incarnation, and adds to one that others know. */
const firstIncarnation = 1 + 2 ** 31;

describe('Rejoin', () => {
  let peer: Peer<string>;
  /** All writes so far, in order. */
  let written: Write<string>[];
  let writeIndex: number;

  beforeEach(() => {
    written = [];
    writeIndex = 0;
  });

  function restart(state: Memory<string>['state'], peerCount = 3): Effects<string> {
    const memory = { state, writeIndex, writes: [...written] };
    peer = new Peer<string>({ me: 0, peerCount, random: constantRandom, memory });
    return step({ type: 'wake' });
  }

  function step(event: Parameters<Peer<string>['step']>[0], now = 0): Effects<string> {
    const effects = peer.step(event, now);
    written.push(...effects.persist, ...effects.note);
    if (effects.persist.length > 0) {
      writeIndex += 1;
      peer.step({ type: 'persisted', writes: effects.persist }, now);
    }
    return effects;
  }

  function receive(
    from: PeerId,
    message: Message<string>,
    mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 },
  ): Effects<string> {
    const envelope = { from, to: 0, ...nothingForgotten, mark, message };
    return step({ type: 'receive', envelope });
  }

  function admitted(
    from: PeerId,
    { incarnation = firstIncarnation, isMember = true, isNew = false, max = -1, round = 0 } = {},
  ): Effects<string> {
    return receive(from, { type: 'admitted', incarnation, attempt, isMember, isNew, max, round });
  }

  function types(envelopes: readonly Envelope<string>[]): string[] {
    return envelopes.map(({ to, message }) => `${message.type}>${to}`);
  }

  /** Whether it takes part in `seq`. */
  function votesIn(seq: number): boolean {
    const accept: Accept<string> = { type: 'accept', seq, ballot: ballot(5, 1), value: 'x' };
    // An accept of a peer that does not know the new incarnation is rejected in any instance.
    const mark = { incarnations: [firstIncarnation, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    return receive(1, accept, mark).sendAfter.length > 0;
  }

  it('asks all others, once its new incarnation is durable', () => {
    const { sendNow, sendAfter, persist } = restart('lost');
    expect(persist).to.deep.equal([
      { type: 'incarnation', incarnation: firstIncarnation, attempt, isNew: false },
    ]);
    expect(types(sendNow)).to.deep.equal([]);
    expect(types(sendAfter)).to.deep.equal(['admit>1', 'admit>2']);
  });

  it('promises nothing, votes for nothing and proposes nothing before it is admitted', () => {
    restart('lost');
    expect(peer.isMember).to.equal(false);
    expect(votesIn(0)).to.equal(false);
    expect(receive(1, { type: 'prepare', seq: 9, ballot: ballot(1, 1) }).persist).to.deep.equal([]);
    const { persist, sendNow, sendAfter } = step({ type: 'propose', seq: 9, value: 'mine' });
    expect([persist, sendNow, sendAfter]).to.deep.equal([[], [], []]);
  });

  it('learns decisions and admits others meanwhile', () => {
    restart('lost');
    receive(1, { type: 'decided', seq: 0, ballot: ballot(1, 1), value: 'learned' });
    expect(peer.status(0)).to.deep.equal({ fate: 'decided', value: 'learned' });
    const { sendAfter } = receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
    expect(sendAfter[0]?.message).to.include({ type: 'admitted', isMember: false, isNew: true });
  });

  it('is admitted by a quorum of others with memory, above every instance they knew of', () => {
    restart('lost');
    admitted(1, { max: 7 });
    expect(peer.isMember).to.equal(false);
    admitted(2, { max: 4 });
    expect(peer.isMember).to.equal(true);
    expect([votesIn(4), votesIn(7), votesIn(8)]).to.deep.equal([false, false, true]);
    expect(peer.max).to.be.at.least(7);
  });

  it('proposes only above its voting floor, below which an earlier incarnation may have used ballots', () => {
    restart('lost');
    admitted(1, { max: 7 });
    admitted(2);
    expect(step({ type: 'propose', seq: 7, value: 'mine' }).persist).to.deep.equal([]);
    expect(step({ type: 'propose', seq: 8, value: 'mine' }).persist).to.have.length(1);
  });

  it('gives no vote to a peer that does not know of its new incarnation and may rest on its earlier promise', () => {
    restart('lost');
    admitted(1, { max: 7 });
    admitted(2);
    const accept: Message<string> = { type: 'accept', seq: 8, ballot: ballot(5, 1), value: 'x' };
    const { sendNow, sendAfter } = receive(1, accept);
    expect(types(sendAfter)).to.deep.equal([]);
    expect(sendNow.map(({ message }) => message)).to.deep.equal([
      { type: 'rejected', seq: 8, ballot: ballot(5, 1), promised: ballot(5, 1) },
    ]);
  });

  it('uses no round again that an earlier incarnation may have led with', () => {
    restart('lost');
    admitted(1, { max: 7, round: 40 });
    expect(admitted(2).persist).to.deep.include({ type: 'reserved', round: 40 });
    const { persist } = step({ type: 'propose', seq: 8, value: 'mine' });
    expect(persist).to.deep.equal([{ type: 'reserved', round: 1041 }]);
  });

  it('is not admitted by peers that lost their memory too', () => {
    restart('lost');
    admitted(1, { isMember: false });
    admitted(2, { isMember: false });
    expect(peer.isMember).to.equal(false);
    expect(peer.others.awaited).to.deep.equal([1, 2]);
    admitted(1);
    expect(peer.others.awaited).to.deep.equal([2]);
    admitted(2);
    expect(peer.isMember).to.equal(true);
    expect(peer.others.awaited).to.deep.equal([]);
  });

  it('counts no answer twice, and none to another attempt', () => {
    restart('lost');
    admitted(1);
    admitted(1);
    receive(2, {
      type: 'admitted',
      incarnation: firstIncarnation,
      attempt: 4,
      isMember: true,
      isNew: false,
      max: -1,
      round: 0,
    });
    admitted(2, { incarnation: 2 });
    expect(peer.isMember).to.equal(false);
  });

  it('asks for decisions where it may not propose, though no peer sends it anything', () => {
    restart('lost');
    for (const from of [1, 2]) admitted(from, { max: 4 });
    const { sendNow, sendAfter } = step({ type: 'propose', seq: 0, value: 'mine' });
    expect(types(sendNow)).to.deep.equal(['learn>1', 'learn>2']);
    expect(sendAfter).to.deep.equal([]);
    expect(types(step({ type: 'propose', seq: 1, value: 'mine' }).sendNow)).to.deep.equal([]);
  });

  it('needs no voting floor in its first incarnation if a quorum with memory knew of no other', () => {
    restart('new', 5);
    for (const from of [1, 2]) admitted(from, { isNew: true, max: 7 });
    expect(peer.isMember).to.equal(false);
    admitted(3, { isNew: true, max: 7 });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(0)).to.equal(true);
  });

  it('needs a voting floor if one of the others knew of an earlier incarnation', () => {
    restart('new', 5);
    for (const from of [1, 2, 3]) admitted(from, { isNew: from !== 3, max: 7 });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(7)).to.equal(false);
    expect(votesIn(8)).to.equal(true);
  });

  it('becomes a member without a quorum if all others never knew it', () => {
    restart('new');
    expect(peer.others.awaited).to.deep.equal([1, 2]);
    admitted(1, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(false);
    expect(peer.others.awaited).to.deep.equal([2]);
    admitted(2, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(0)).to.equal(true);
  });

  it('is not new if only one peer says so, nor if its own storage lost its memory', () => {
    restart('new');
    admitted(1, { isMember: false, isNew: true });
    admitted(2, { isMember: false, isNew: false });
    expect(peer.isMember).to.equal(false);
    restart('lost');
    admitted(1, { isMember: false, isNew: true });
    admitted(2, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(false);
  });

  it('is a member at once where it is alone and new, and never where it is alone and lost', () => {
    restart('new', 1);
    expect(peer.isMember).to.equal(true);
    written = [];
    restart('lost', 1);
    expect(peer.isMember).to.equal(false);
  });

  it('exceeds every incarnation that others know of, and is no longer new then', () => {
    restart('new');
    const latest = firstIncarnation + 4;
    const stale = {
      type: 'staleIncarnation',
      incarnation: firstIncarnation,
      attempt,
      latest,
    } as const;
    const { persist, sendAfter } = receive(1, stale);
    const incarnation = latest + firstIncarnation;
    expect(persist).to.deep.equal([{ type: 'incarnation', incarnation, attempt, isNew: false }]);
    const admit = { type: 'admit', incarnation, attempt };
    expect(sendAfter.map(({ message }) => message)).to.deep.include(admit);
    admitted(1, { incarnation, isNew: true, isMember: false });
    admitted(2, { incarnation, isNew: true, isMember: false });
    expect(peer.isMember).to.equal(false);
  });

  it('uses no incarnation number twice, though no peer is left that recorded the first', () => {
    const incarnationOf = (draw: number) => {
      const memory = { state: 'new', writeIndex: 0, writes: [] } as const;
      const random = { next: () => draw };
      const { persist } = new Peer<string>({ me: 0, peerCount: 3, random, memory }).step(
        { type: 'wake' },
        0,
      );
      return persist.flatMap((write) => (write.type === 'incarnation' ? write.incarnation : []));
    };
    expect(incarnationOf(0.25)).to.not.deep.equal(incarnationOf(0.75));
  });

  it('asks again until enough have answered with memory', () => {
    restart('lost');
    admitted(1, { isMember: false });
    for (const wakeAt of [100, 300, 700]) {
      expect(peer.wakeAt()).to.equal(wakeAt);
      expect(step({ type: 'wake' }, wakeAt - 1).sendAfter).to.deep.equal([]);
      const { sendAfter } = step({ type: 'wake' }, wakeAt);
      expect(types(sendAfter)).to.deep.equal(['admit>1', 'admit>2']);
    }
    admitted(1);
    admitted(2);
    expect(peer.wakeAt()).to.equal(undefined);
  });

  it('continues the same attempt after a crash, and keeps its voting floor after the next', () => {
    restart('lost');
    restart('kept');
    expect(peer.isMember).to.equal(false);
    admitted(1, { max: 7 });
    admitted(2);
    restart('kept');
    expect(peer.isMember).to.equal(true);
    expect([votesIn(7), votesIn(8)]).to.deep.equal([false, true]);
  });

  it('records the new incarnation of another peer before it answers, and reports its max', () => {
    restart('kept');
    receive(1, { type: 'prepare', seq: 6, ballot: ballot(1, 1) });
    const { persist, sendNow, sendAfter } = receive(2, {
      type: 'admit',
      incarnation: 1,
      attempt: 3,
    });
    expect(persist.map(({ type }) => type)).to.deep.equal(['peerRecords']);
    expect(sendNow).to.deep.equal([]);
    expect(sendAfter[0]?.message).to.deep.equal({
      type: 'admitted',
      incarnation: 1,
      attempt: 3,
      isMember: true,
      isNew: true,
      max: 6,
      round: 0,
    });
  });

  it('rejects an incarnation that is recorded already, and reports the latest', () => {
    restart('kept');
    receive(2, { type: 'admit', incarnation: 3, attempt: 3 });
    const { sendAfter } = receive(2, { type: 'admit', incarnation: 3, attempt: 4 });
    expect(sendAfter[0]?.message).to.deep.equal({
      type: 'staleIncarnation',
      incarnation: 3,
      attempt: 4,
      latest: 3,
    });
  });

  it('ignores what a peer said in an earlier incarnation', () => {
    restart('kept');
    receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
    const { persist, sendAfter } = receive(2, { type: 'prepare', seq: 0, ballot: ballot(1, 2) });
    expect([persist, sendAfter]).to.deep.equal([[], []]);
  });

  describe('another peer begins a new incarnation while this one proposes', () => {
    const newIncarnation = { incarnations: [0, 0, 1], writeIndex: 0, acknowledgedIndex: 0 };
    let first = ballot(1, 0);

    beforeEach(() => {
      restart('kept');
      const { sendAfter } = step({ type: 'propose', seq: 0, value: 'mine' });
      const request = sendAfter[0]?.message;
      if (request?.type !== 'prepare') throw new Error('a proposer prepares');
      first = request.ballot;
    });

    it('stops counting the promise of the earlier incarnation', () => {
      receive(2, { type: 'promised', seq: 0, ballot: first });
      // Peer 1 knows of the new incarnation of peer 2: its answer and the old one are not counted together.
      const { sendNow } = receive(1, { type: 'promised', seq: 0, ballot: first }, newIncarnation);
      expect(types(sendNow)).to.deep.equal([]);
      const own = receive(0, { type: 'promised', seq: 0, ballot: first });
      expect(types(own.sendNow)).to.include('accept>1');
    });

    it('stops counting the vote of the earlier incarnation', () => {
      receive(0, { type: 'promised', seq: 0, ballot: first });
      receive(1, { type: 'promised', seq: 0, ballot: first });
      receive(2, { type: 'accepted', seq: 0, ballot: first });
      receive(1, { type: 'accepted', seq: 0, ballot: first }, newIncarnation);
      expect(peer.status(0).fate).to.equal('pending');
      receive(0, { type: 'accepted', seq: 0, ballot: first });
      expect(peer.status(0).fate).to.equal('decided');
    });

    it('stops counting them also when it is asked to admit that peer', () => {
      receive(2, { type: 'promised', seq: 0, ballot: first });
      receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
      const { sendNow } = receive(1, { type: 'promised', seq: 0, ballot: first });
      expect(types(sendNow)).to.deep.equal([]);
    });
  });

  describe('memory that others prove to be lost', () => {
    it('stops when another peer acknowledged more writes than its storage holds', () => {
      restart('kept');
      receive(1, { type: 'prepare', seq: 0, ballot: ballot(1, 1) });
      const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: writeIndex };
      const message: Message<string> = { type: 'forgotten', seq: 0 };
      expect(receive(1, message, mark).memoryLoss).to.equal(undefined);
      const { memoryLoss, ...rest } = receive(1, message, {
        ...mark,
        acknowledgedIndex: writeIndex + 1,
      });
      expect(memoryLoss).to.contain('acknowledged write 2 of this peer, whose storage holds 1');
      expect(rest.sendNow).to.deep.equal([]);
    });

    it('stops when another peer knows a later incarnation of it: its storage is an old copy', () => {
      restart('kept');
      const mark = { incarnations: [1, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
      const { memoryLoss } = receive(1, { type: 'forgotten', seq: 0 }, mark);
      expect(memoryLoss).to.contain('knows incarnation 1');
    });

    it('does not mistake writes of an earlier incarnation for its own', () => {
      restart('lost');
      admitted(1, { max: 7 });
      admitted(2);
      const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 500 };
      expect(receive(1, { type: 'forgotten', seq: 0 }, mark).memoryLoss).to.equal(undefined);
    });
  });
});
