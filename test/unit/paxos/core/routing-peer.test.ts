/** A peer, by what it hands to its roles: which of them take part in one step. */
import {
  type Effects,
  type Envelope,
  type Memory,
  type Message,
  Peer,
  type PeerEvent,
  type PeerId,
  type PeerOptions,
  type Write,
} from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept, mail } from './steps.ts';

const low = ballot(1, 1);
const own = ballot(1, 0);
const learn = { type: 'learn', seq: 9, count: 1 } as const;
/** What constant randomness draws for the first incarnation. */
const firstIncarnation = 1 + 2 ** 31;
const lost: Memory<string> = { state: 'lost', writeIndex: 0, writes: [] };

describe('Peer, in one step', () => {
  let peer: Peer<string>;

  beforeEach(() => restart());

  function restart(options: Partial<PeerOptions<string>> = {}): void {
    const settings = { me: 0, peerCount: 3, random: constantRandom, memory: kept<string>() };
    peer = new Peer<string>({ ...settings, ...options });
  }

  function step(event: PeerEvent<string>, now = 0): Effects<string> {
    return peer.step(event, now);
  }

  function receive(
    from: PeerId,
    message: Message<string>,
    told: Partial<Envelope<string>> = {},
    now = 0,
  ): Effects<string> {
    const envelope = { from, to: 0, ...nothingForgotten, mark: plainMark(), ...told, message };
    return step({ type: 'receive', envelope }, now);
  }

  function admitted(from: PeerId): Effects<string> {
    const answer = { incarnation: firstIncarnation, attempt: 2 ** 47, isMember: true };
    return receive(from, { type: 'admitted', ...answer, isNew: false, max: 4, round: 0 });
  }

  it('remembers nothing below what it had forgotten', () => {
    const writes: Write<string>[] = [
      { type: 'accepted', seq: 0, ballot: low, value: 'a' },
      { type: 'decided', seq: 1, value: 'b' },
      { type: 'decided', seq: 2, value: 'c' },
      { type: 'forgotten', min: 2 },
    ];
    restart({ memory: kept(writes) });
    expect(peer.decisions()).to.deep.equal([{ seq: 2, value: 'c' }]);
    const { sendAfter } = receive(1, { type: 'prepareLog', ballot: ballot(9, 1) });
    expect(sendAfter[0]?.message).to.include({ firstSeq: 3 });
  });

  it('seals its envelopes with what it knows of itself', () => {
    restart({ stateEpoch: 3, memory: { state: 'kept', writeIndex: 8, writes: [] } });
    receive(1, learn, { floor: 4, everyPeerMin: 2 });
    step({ type: 'done', seq: 2 });
    const { sendNow } = receive(1, { type: 'readIndex', id: 7 });
    const { message: _, ...told } = sendNow[0] ?? {};
    expect(told).to.deep.equal({
      ...{ from: 0, to: 1, done: 2, floor: 4, min: 3, everyPeerMin: 2, stateEpoch: 3 },
      mark: { incarnations: [0, 0, 0], writeIndex: 8, acknowledgedIndex: 0 },
    });
  });

  it('counts how often its storage wrote', () => {
    restart({ memory: { state: 'kept', writeIndex: 8, writes: [] } });
    step({ type: 'persisted', writes: [] });
    expect(peer.writeIndex).to.equal(9);
  });

  it('notes what it knows of others with a write, and makes none for that alone', () => {
    const mark = { ...plainMark(), writeIndex: 5 };
    expect(receive(1, learn, { mark }).note).to.deep.equal([]);
    const { note } = receive(1, { type: 'prepare', seq: 0, ballot: low }, { mark });
    expect(note.map(({ type }) => type)).to.deep.equal(['peerRecords']);
  });

  it('asks for what follows after what its host is done with', () => {
    step({ type: 'done', seq: 20 });
    const { sendNow } = receive(1, { type: 'heartbeatAck', ballot: low }, { done: 21 });
    expect(mail(sendNow)).to.deep.equal([[1, { type: 'learn', seq: 21, count: 1 }]]);
  });

  it('asks all for a read once those asked first have not answered', () => {
    expect(step({ type: 'readIndex' }, 100).sendNow).to.have.length(1);
    expect(peer.wakeAt()).to.equal(110);
    expect(step({ type: 'wake' }, 110).sendNow.map(({ to }) => to)).to.deep.equal([1, 2]);
  });

  it('stops rather than act on a message of a peer that does not exist', () => {
    for (const from of [-1, 3]) expect(() => receive(from, learn)).to.throw(/invariant/);
  });

  it('tells once why it dropped a message, and whose it was', () => {
    restart({ instanceLeapMax: 100 });
    expect(peer.takeRefusal()).to.equal(undefined);
    receive(2, { type: 'prepare', seq: 500, ballot: ballot(1, 2) });
    expect(peer.max).to.equal(-1);
    expect(peer.takeRefusal()).to.deep.equal({ from: 2, reason: 'an instance out of reach' });
    expect(peer.takeRefusal()).to.equal(undefined);
  });

  it('believes what others acknowledged as far as its own writes go, however many they are', () => {
    restart({ memory: { state: 'kept', writeIndex: 2 ** 45, writes: [] } });
    receive(1, learn, { mark: { ...plainMark(), acknowledgedIndex: 2 ** 45 } });
    expect(peer.takeRefusal()).to.equal(undefined);
  });

  it('makes nothing else of a message that shows it to have lost memory', () => {
    const mark = { ...plainMark(), acknowledgedIndex: 1 };
    const prepare = { type: 'prepare', seq: 7, ballot: low } as const;
    const { memoryLoss, persist, sendAfter } = receive(1, prepare, { mark });
    expect(memoryLoss).to.be.a('string');
    expect([persist, sendAfter, peer.max]).to.deep.equal([[], [], -1]);
  });

  /** Becomes leader at ballot `own`, at the time 1000. */
  function lead(): void {
    restart({ isCandidate: true });
    for (const now of [0, 1000]) step({ type: 'wake' }, now);
    for (const from of [0, 1]) receive(from, { type: 'preVoteGranted', id: 1 }, {}, 1000);
    const promised = { type: 'logPromised', ballot: own, firstSeq: 0, votes: [] } as const;
    for (const from of [0, 1]) receive(from, promised, {}, 1000);
    expect(peer.leader).to.equal(0);
  }

  it('stops leading at the word that the log was promised to a higher ballot', () => {
    lead();
    receive(1, { type: 'logRejected', ballot: own, promised: ballot(5, 2) }, {}, 1001);
    expect(peer.leader).to.equal(undefined);
  });

  for (const [what, message, leads] of [
    ['answers', { type: 'heartbeatAck', ballot: own }, true],
    ['only asks', { type: 'learn', seq: 9, count: 1 }, false],
  ] as const) {
    it(`${leads ? 'leads on' : 'stops leading'} while another peer ${what}`, () => {
      lead();
      receive(1, message, {}, 1400);
      step({ type: 'wake' }, 1600);
      expect(peer.leader).to.equal(leads ? 0 : undefined);
    });
  }

  it('believes instances as far as its host proposes', () => {
    restart({ instanceLeapMax: 100 });
    step({ type: 'propose', seq: 500, value: 'a' });
    receive(2, { type: 'prepare', seq: 500, ballot: ballot(5, 2) });
    expect(peer.takeRefusal()).to.equal(undefined);
  });

  describe('that is no member', () => {
    beforeEach(() => {
      restart({ memory: lost, isCandidate: true });
      step({ type: 'wake' });
    });

    it('neither asks how far decisions go, nor answers', () => {
      expect(step({ type: 'readIndex' }).sendNow).to.deep.equal([]);
      expect(receive(1, { type: 'readIndex', id: 7 }).sendNow).to.deep.equal([]);
    });

    it('takes no part in elections', () => {
      for (const message of [
        { type: 'preVote', id: 7 },
        { type: 'prepareLog', ballot: low },
        { type: 'heartbeat', ballot: low },
        { type: 'transferLeadership', ballot: low },
      ] as const) {
        const { sendNow, sendAfter, persist } = receive(1, message);
        expect([sendNow, sendAfter, persist], message.type).to.deep.equal([[], [], []]);
      }
      const { sendNow } = step({ type: 'wake' }, 5000);
      expect(sendNow).to.deep.equal([]);
    });

    it('may lead once it is admitted', () => {
      for (const from of [1, 2]) admitted(from);
      expect(peer.isMember).to.equal(true);
      const { sendNow } = step({ type: 'wake' }, peer.wakeAt());
      expect(sendNow.map(({ message }) => message.type)).to.deep.equal([
        ...['preVote', 'preVote', 'preVote'],
      ]);
    });
  });

  describe('in which it learns that another peer has lost its memory', () => {
    const reborn = { mark: { ...plainMark(), incarnations: [0, 4, 0] } };

    it('asks that peer again for decisions, and counts no longer what it reported', () => {
      receive(1, learn, { done: 5 });
      receive(1, { type: 'forgotten', seq: 0 }, { done: 5 });
      expect(peer.canLearn(5)).to.equal(true);
      receive(1, learn, reborn);
      expect(peer.canLearn(5)).to.equal(false);
    });

    it('counts no longer what that peer said to a read', () => {
      restart({ peerCount: 5 });
      const mark = plainMark(5);
      const { sendNow } = step({ type: 'readIndex' });
      const question = sendNow[0]?.message;
      if (question?.type !== 'readIndex') throw new Error('a read asks other peers');
      const reply = {
        type: 'readIndexReply',
        id: question.id,
        readIndex: 3,
        knownUpTo: -1,
      } as const;
      receive(1, reply, { mark });
      receive(1, learn, { mark: { ...mark, incarnations: [0, 4, 0, 0, 0] } });
      expect(receive(2, reply, { mark }).readIndex).to.equal(undefined);
      expect(receive(3, reply, { mark }).readIndex).to.equal(3);
    });

    it('goes on counting its answers if it only repeats an earlier incarnation', () => {
      receive(1, learn, reborn);
      receive(1, learn, { ...reborn, done: 5 });
      const admit = { type: 'admit', incarnation: 3, attempt: 1 } as const;
      const { sendAfter } = receive(1, admit, reborn);
      expect(sendAfter[0]?.message).to.include({ type: 'staleIncarnation', latest: 4 });
      expect(peer.others.doneByPeer).to.deep.equal([-1, 5, -1]);
    });
  });
});
