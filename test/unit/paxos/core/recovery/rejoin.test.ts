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
import { ballot, evenChance } from '../steps.ts';

const attempt = 2 ** 47;
/** What even chance draws for the first incarnation, and beyond an incarnation known to others. */
const firstIncarnation = 1 + 2 ** 31;

describe('Rejoin', () => {
  let peer: Peer<string>;
  /** All that was written, in order. */
  let written: Write<string>[];
  let writeIndex: number;

  beforeEach(() => {
    written = [];
    writeIndex = 0;
  });

  function boot(state: Memory<string>['state'], peerCount = 3): Effects<string> {
    const memory = { state, writeIndex, writes: [...written] };
    peer = new Peer<string>({ me: 0, peerCount, random: evenChance, memory });
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
    const envelope = { from, to: 0, done: -1, min: 0, mark, message };
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
    // Who has not heard of the new incarnation is refused, whatever the instance.
    const mark = { incarnations: [firstIncarnation, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    return receive(1, accept, mark).sendAfter.length > 0;
  }

  it('asks all others, once its new incarnation is durable', () => {
    const { sendNow, sendAfter, persist } = boot('lost');
    expect(persist).to.deep.equal([
      { type: 'incarnation', incarnation: firstIncarnation, attempt, isNew: false },
    ]);
    expect(types(sendNow)).to.deep.equal([]);
    expect(types(sendAfter)).to.deep.equal(['admit>1', 'admit>2']);
  });

  it('promises nothing, votes for nothing and proposes nothing before it is admitted', () => {
    boot('lost');
    expect(peer.isMember).to.equal(false);
    expect(votesIn(0)).to.equal(false);
    expect(receive(1, { type: 'prepare', seq: 9, ballot: ballot(1, 1) }).persist).to.deep.equal([]);
    const { persist, sendNow, sendAfter } = step({ type: 'propose', seq: 9, value: 'mine' });
    expect([persist, sendNow, sendAfter]).to.deep.equal([[], [], []]);
  });

  it('learns and admits others meanwhile', () => {
    boot('lost');
    receive(1, { type: 'decided', seq: 0, ballot: ballot(1, 1), value: 'told' });
    expect(peer.status(0)).to.deep.equal({ fate: 'decided', value: 'told' });
    const { sendAfter } = receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
    expect(sendAfter[0]?.message).to.include({ type: 'admitted', isMember: false, isNew: true });
  });

  it('is admitted by a quorum of others with memory, above all they knew of', () => {
    boot('lost');
    admitted(1, { max: 7 });
    expect(peer.isMember).to.equal(false);
    admitted(2, { max: 4 });
    expect(peer.isMember).to.equal(true);
    expect([votesIn(4), votesIn(7), votesIn(8)]).to.deep.equal([false, false, true]);
    expect(peer.max).to.be.at.least(7);
  });

  it('proposes only above its voting floor: below it, a ballot of its former incarnation may be at work', () => {
    boot('lost');
    admitted(1, { max: 7 });
    admitted(2);
    expect(step({ type: 'propose', seq: 7, value: 'mine' }).persist).to.deep.equal([]);
    expect(step({ type: 'propose', seq: 8, value: 'mine' }).persist).to.have.length(1);
  });

  it('votes for nobody who has not heard of its new incarnation: he may lead by its former word', () => {
    boot('lost');
    admitted(1, { max: 7 });
    admitted(2);
    const accept: Message<string> = { type: 'accept', seq: 8, ballot: ballot(5, 1), value: 'x' };
    const { sendNow, sendAfter } = receive(1, accept);
    expect(types(sendAfter)).to.deep.equal([]);
    expect(sendNow.map(({ message }) => message)).to.deep.equal([
      { type: 'rejected', seq: 8, ballot: ballot(5, 1), promised: ballot(5, 1) },
    ]);
  });

  it('uses no round again that it may have led with', () => {
    boot('lost');
    receive(1, {
      ...{
        type: 'admitted',
        incarnation: firstIncarnation,
        attempt,
        isMember: true,
        isNew: false,
        max: 7,
        round: 40,
      },
    });
    expect(admitted(2).persist).to.deep.include({ type: 'reserved', round: 40 });
    const { persist } = step({ type: 'propose', seq: 8, value: 'mine' });
    expect(persist).to.deep.equal([{ type: 'reserved', round: 1041 }]);
  });

  it('is not admitted by those who lost their memory too', () => {
    boot('lost');
    admitted(1, { isMember: false });
    admitted(2, { isMember: false });
    expect(peer.isMember).to.equal(false);
    admitted(1);
    admitted(2);
    expect(peer.isMember).to.equal(true);
  });

  it('counts no answer twice, and none to another attempt', () => {
    boot('lost');
    admitted(1);
    admitted(1);
    receive(2, {
      ...{
        type: 'admitted',
        incarnation: firstIncarnation,
        attempt: 4,
        isMember: true,
        isNew: false,
        max: -1,
        round: 0,
      },
    });
    admitted(2, { incarnation: 2 });
    expect(peer.isMember).to.equal(false);
  });

  it('asks for what it may not propose, though nobody speaks to it', () => {
    boot('lost');
    for (const from of [1, 2]) admitted(from, { max: 4 });
    const { sendNow, sendAfter } = step({ type: 'propose', seq: 0, value: 'mine' });
    expect(types(sendNow)).to.deep.equal(['learn>1', 'learn>2']);
    expect(sendAfter).to.deep.equal([]);
    expect(types(step({ type: 'propose', seq: 1, value: 'mine' }).sendNow)).to.deep.equal([]);
  });

  it('needs no voting floor in its first incarnation, if a quorum that remembers knew of no other', () => {
    boot('new', 5);
    for (const from of [1, 2]) admitted(from, { isNew: true, max: 7 });
    expect(peer.isMember).to.equal(false);
    admitted(3, { isNew: true, max: 7 });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(0)).to.equal(true);
  });

  it('needs a voting floor in its first incarnation, if one of the others knew of another', () => {
    boot('new', 5);
    for (const from of [1, 2, 3]) admitted(from, { isNew: from !== 3, max: 7 });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(7)).to.equal(false);
    expect(votesIn(8)).to.equal(true);
  });

  it('begins its first incarnation when no other ever admitted it', () => {
    boot('new');
    admitted(1, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(false);
    admitted(2, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(true);
    expect(votesIn(0)).to.equal(true);
  });

  it('is not new where only one says so, nor where it is known to have lost its memory', () => {
    boot('new');
    admitted(1, { isMember: false, isNew: true });
    admitted(2, { isMember: false, isNew: false });
    expect(peer.isMember).to.equal(false);
    boot('lost');
    admitted(1, { isMember: false, isNew: true });
    admitted(2, { isMember: false, isNew: true });
    expect(peer.isMember).to.equal(false);
  });

  it('begins at once where it is alone and new, and never where it is alone and lost', () => {
    boot('new', 1);
    expect(peer.isMember).to.equal(true);
    written = [];
    boot('lost', 1);
    expect(peer.isMember).to.equal(false);
  });

  it('goes above every incarnation that others know of, and is no longer new then', () => {
    boot('new');
    const latest = firstIncarnation + 4;
    const outlived = {
      type: 'staleIncarnation',
      incarnation: firstIncarnation,
      attempt,
      latest,
    } as const;
    const { persist, sendAfter } = receive(1, outlived);
    const incarnation = latest + firstIncarnation;
    expect(persist).to.deep.equal([{ type: 'incarnation', incarnation, attempt, isNew: false }]);
    expect(sendAfter.map(({ message }) => message)).to.deep.include({
      ...{ type: 'admit', incarnation, attempt },
    });
    admitted(1, { incarnation, isNew: true, isMember: false });
    admitted(2, { incarnation, isNew: true, isMember: false });
    expect(peer.isMember).to.equal(false);
  });

  it('leads no two incarnations of one number, though nobody is left who recorded the first', () => {
    const livesOf = (draw: number) => {
      const memory = { state: 'new', writeIndex: 0, writes: [] } as const;
      const random = { next: () => draw };
      const { persist } = new Peer<string>({ me: 0, peerCount: 3, random, memory }).step(
        { type: 'wake' },
        0,
      );
      return persist.flatMap((write) => (write.type === 'incarnation' ? write.incarnation : []));
    };
    expect(livesOf(0.25)).to.not.deep.equal(livesOf(0.75));
  });

  it('asks again until enough have answered with memory', () => {
    boot('lost');
    admitted(1, { isMember: false });
    const wakeAt = peer.wakeAt() ?? 0;
    expect(wakeAt).to.be.within(1, 1000);
    const { sendAfter } = step({ type: 'wake' }, wakeAt);
    expect(types(sendAfter)).to.deep.equal(['admit>1', 'admit>2']);
    admitted(1);
    admitted(2);
    expect(peer.wakeAt()).to.equal(undefined);
  });

  it('goes on with the same attempt after a crash, and keeps its voting floor after the next', () => {
    boot('lost');
    boot('kept');
    expect(peer.isMember).to.equal(false);
    admitted(1, { max: 7 });
    admitted(2);
    boot('kept');
    expect(peer.isMember).to.equal(true);
    expect([votesIn(7), votesIn(8)]).to.deep.equal([false, true]);
  });

  it('records a new incarnation of another before it says so, and tells all it knew of', () => {
    boot('kept');
    receive(1, { type: 'prepare', seq: 6, ballot: ballot(1, 1) });
    const { persist, sendNow, sendAfter } = receive(2, {
      type: 'admit',
      incarnation: 1,
      attempt: 3,
    });
    expect(persist.map(({ type }) => type)).to.deep.equal(['peerRecords']);
    expect(sendNow).to.deep.equal([]);
    expect(sendAfter[0]?.message).to.deep.equal({
      ...{
        type: 'admitted',
        incarnation: 1,
        attempt: 3,
        isMember: true,
        isNew: true,
        max: 6,
        round: 0,
      },
    });
  });

  it('refuses an incarnation that is taken, and says how far incarnations went', () => {
    boot('kept');
    receive(2, { type: 'admit', incarnation: 3, attempt: 3 });
    const { sendAfter } = receive(2, { type: 'admit', incarnation: 3, attempt: 4 });
    expect(sendAfter[0]?.message).to.deep.equal({
      ...{ type: 'staleIncarnation', incarnation: 3, attempt: 4, latest: 3 },
    });
  });

  it('does not hear what a peer said in an incarnation that is over', () => {
    boot('kept');
    receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
    const { persist, sendAfter } = receive(2, { type: 'prepare', seq: 0, ballot: ballot(1, 2) });
    expect([persist, sendAfter]).to.deep.equal([[], []]);
  });

  describe('of another, while this peer proposes', () => {
    const newLife = { incarnations: [0, 0, 1], writeIndex: 0, acknowledgedIndex: 0 };
    let first = ballot(1, 0);

    beforeEach(() => {
      boot('kept');
      const { sendAfter } = step({ type: 'propose', seq: 0, value: 'mine' });
      const request = sendAfter[0]?.message;
      if (request?.type !== 'prepare') throw new Error('a proposer prepares');
      first = request.ballot;
    });

    it('takes back the promise of the former incarnation from its count', () => {
      receive(2, { type: 'promised', seq: 0, ballot: first });
      // Peer 1 knows of the new incarnation of peer 2: its word and the old one are not counted together.
      const { sendNow } = receive(1, { type: 'promised', seq: 0, ballot: first }, newLife);
      expect(types(sendNow)).to.deep.equal([]);
      const own = receive(0, { type: 'promised', seq: 0, ballot: first });
      expect(types(own.sendNow)).to.include('accept>1');
    });

    it('takes back the vote of the former incarnation from its count', () => {
      receive(0, { type: 'promised', seq: 0, ballot: first });
      receive(1, { type: 'promised', seq: 0, ballot: first });
      receive(2, { type: 'accepted', seq: 0, ballot: first });
      receive(1, { type: 'accepted', seq: 0, ballot: first }, newLife);
      expect(peer.status(0).fate).to.equal('pending');
      receive(0, { type: 'accepted', seq: 0, ballot: first });
      expect(peer.status(0).fate).to.equal('decided');
    });

    it('takes them back also when asked to admit it', () => {
      receive(2, { type: 'promised', seq: 0, ballot: first });
      receive(2, { type: 'admit', incarnation: 1, attempt: 3 });
      const { sendNow } = receive(1, { type: 'promised', seq: 0, ballot: first });
      expect(types(sendNow)).to.deep.equal([]);
    });
  });

  describe('before it is known to be needed', () => {
    it('stops when another heard more turns of it than it remembers', () => {
      boot('kept');
      receive(1, { type: 'prepare', seq: 0, ballot: ballot(1, 1) });
      const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: writeIndex };
      const told: Message<string> = { type: 'forgotten', seq: 0 };
      expect(receive(1, told, mark).memoryLoss).to.equal(undefined);
      const { memoryLoss, ...rest } = receive(1, told, {
        ...mark,
        acknowledgedIndex: writeIndex + 1,
      });
      expect(memoryLoss).to.contain('acknowledged write 2 of this peer, whose storage holds 1');
      expect(rest.sendNow).to.deep.equal([]);
    });

    it('stops when another knows a later incarnation of it: it is a copy of former times', () => {
      boot('kept');
      const mark = { incarnations: [1, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
      const { memoryLoss } = receive(1, { type: 'forgotten', seq: 0 }, mark);
      expect(memoryLoss).to.contain('knows incarnation 1');
    });

    it('does not mistake turns of a former incarnation for its own', () => {
      boot('lost');
      admitted(1, { max: 7 });
      admitted(2);
      const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 500 };
      expect(receive(1, { type: 'forgotten', seq: 0 }, mark).memoryLoss).to.equal(undefined);
    });
  });
});
