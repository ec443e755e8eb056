/** A peer with a budget: what it forgets, and what it still answers, between its min and the floor. */
import {
  type Effects,
  type Envelope,
  type Message,
  Peer,
  type PeerEvent,
  type PeerId,
  type Write,
} from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept, mail } from './steps.ts';

const low = ballot(1, 1);
const learn = { type: 'learn', seq: 90, count: 1 } as const;

describe('Peer, with a budget', () => {
  let peer: Peer<string>;

  beforeEach(() => restart());

  function restart(...memory: Write<string>[]): void {
    peer = new Peer<string>({
      me: 0,
      peerCount: 3,
      random: constantRandom,
      memory: kept(memory),
      retention: { type: 'quorum', instances: 1, bytes: 100, sizeOf: ({ length }) => length },
    });
  }

  function step(event: PeerEvent<string>): Effects<string> {
    return peer.step(event, 0);
  }

  function receive(
    from: PeerId,
    message: Message<string>,
    progress: Partial<Omit<Envelope<string>, 'from' | 'to' | 'message'>> = {},
  ): Effects<string> {
    const envelope = { ...nothingForgotten, mark: plainMark(), ...progress };
    return step({ type: 'receive', envelope: { from, to: 0, ...envelope, message } });
  }

  /** Instances 0 to 3 are decided here. */
  function decideFour(): void {
    receive(1, { type: 'learned', seq: 0, values: ['a', 'b', 'c', 'd'] });
  }

  function fates(): string {
    return [0, 1, 2, 3].map((seq) => peer.status(seq).fate[0]).join('');
  }

  it('forgets above its budget what a quorum is done with, and reports it once, in order', () => {
    decideFour();
    receive(1, learn, { done: 3 });
    const { note, truncated } = step({ type: 'done', seq: 3 });
    expect([peer.floor, peer.min, peer.everyPeerMin]).to.deep.equal([3, 3, 0]);
    expect(note).to.deep.equal([{ type: 'forgotten', min: 3 }]);
    expect(truncated).to.deep.equal([
      { seq: 0, value: 'a' },
      { seq: 1, value: 'b' },
      { seq: 2, value: 'c' },
    ]);
    expect(peer.retained).to.deep.equal({ instances: 1, bytes: 1 });
    expect(receive(1, learn, { done: 3 }).truncated).to.deep.equal([]);
  });

  it('reports nothing that every peer is done with', () => {
    decideFour();
    receive(1, learn, { done: 3 });
    receive(2, learn, { done: 0 });
    const { truncated } = step({ type: 'done', seq: 3 });
    expect(truncated.map(({ seq }) => seq)).to.deep.equal([1, 2]);
  });

  it('keeps and answers below the floor what its own host is not done with', () => {
    decideFour();
    step({ type: 'done', seq: 0 });
    receive(1, learn, { done: 9, floor: 3, min: 3 });
    expect([peer.floor, peer.min]).to.deep.equal([3, 1]);
    expect(fates()).to.equal('fddd');
    const { sendNow } = receive(2, { type: 'learn', seq: 1, count: 2 });
    expect(mail(sendNow)[0]).to.deep.equal([2, { type: 'learned', seq: 1, values: ['b', 'c'] }]);
  });

  it('never sheds a decision for memory alone', () => {
    decideFour();
    for (const from of [1, 2]) receive(from, learn, { done: 3 });
    expect([peer.floor, peer.min]).to.deep.equal([3, 0]);
    expect(peer.retained.instances).to.equal(4);
    expect(fates()).to.equal('dddd');
  });

  it('keeps its votes below the floor, and reports them', () => {
    receive(1, { type: 'accept', seq: 1, ballot: low, value: 'b' }, { floor: 3, min: 3 });
    const { sendAfter } = receive(2, { type: 'prepare', seq: 1, ballot: ballot(2, 2) });
    const vote = { ballot: low, value: 'b' };
    expect(mail(sendAfter)).to.deep.equal([
      [2, { type: 'promised', seq: 1, ballot: ballot(2, 2), vote }],
    ]);
    const log = receive(2, { type: 'prepareLog', ballot: ballot(3, 2) });
    expect(mail(log.sendAfter)[0]?.[1]).to.deep.include({
      firstSeq: 0,
      votes: [{ seq: 1, vote }],
    });
    receive(2, { type: 'readIndex', id: 7 });
    const [, answer] = mail(receive(2, { type: 'readIndex', id: 8 }).sendNow)[0] ?? [];
    expect(answer).to.include({ readIndex: 1 });
  });

  it('ends a proposal once no quorum may be left that holds anything of it', () => {
    step({ type: 'propose', seq: 0, value: 'x' });
    receive(1, { type: 'forgotten', seq: 0 }, { done: 2, floor: 3, min: 3 });
    expect(peer.wakeAt()).to.not.equal(undefined);
    receive(2, { type: 'forgotten', seq: 0 });
    expect(peer.wakeAt()).to.equal(undefined);
    const { sendNow, sendAfter } = step({ type: 'propose', seq: 0, value: 'x' });
    expect([...sendNow, ...sendAfter]).to.deep.equal([]);
  });

  it('proposes below the floor of one peer alone, and asks those that may hold the decision', () => {
    receive(1, learn, { done: 2, floor: 3, min: 3 });
    expect([peer.floor, peer.proposalFloor]).to.deep.equal([3, 0]);
    const { sendNow } = step({ type: 'propose', seq: 0, value: 'x' });
    expect(mail(sendNow)).to.deep.include([2, { type: 'learn', seq: 0, count: 16 }]);
    expect(peer.wakeAt()).to.not.equal(undefined);
    receive(2, learn, { done: 2, floor: 3, min: 2 });
    expect(peer.proposalFloor).to.equal(2);
  });

  it('says that it holds nothing of what its host has from a later state', () => {
    step({ type: 'done', seq: 9 });
    const { sendNow } = receive(1, { type: 'learn', seq: 4, count: 1 });
    expect(mail(sendNow)).to.deep.equal([[1, { type: 'forgotten', seq: 4 }]]);
  });

  it('restores its min, and with it the floor, also for a host whose state is older', () => {
    restart({ type: 'forgotten', min: 5 });
    step({ type: 'done', seq: 1 });
    expect([peer.floor, peer.min, peer.everyPeerMin]).to.deep.equal([5, 5, 0]);
  });

  describe('when another host loses what it was done with', () => {
    beforeEach(() => {
      decideFour();
      receive(1, learn, { done: 3 });
    });

    it('counts it no more once that peer begins a new incarnation', () => {
      const mark = { ...plainMark(), incarnations: [0, 4, 0] };
      receive(1, learn, { mark });
      step({ type: 'done', seq: 3 });
      expect(peer.floor).to.equal(0);
      receive(1, learn, { mark, done: 1 });
      expect(peer.floor).to.equal(2);
    });

    it('counts it no more once it is asked to admit that peer', () => {
      const mark = { ...plainMark(), incarnations: [0, 4, 0] };
      receive(1, { type: 'admit', incarnation: 4, attempt: 1 }, { mark });
      step({ type: 'done', seq: 3 });
      expect(peer.floor).to.equal(0);
    });

    it('counts nothing in a late request to be admitted to an earlier incarnation', () => {
      receive(1, learn, { mark: { ...plainMark(), incarnations: [0, 7, 0] } });
      const mark = { ...plainMark(), incarnations: [0, 4, 0] };
      receive(1, { type: 'admit', incarnation: 4, attempt: 1 }, { mark, done: 3 });
      step({ type: 'done', seq: 3 });
      expect(peer.floor).to.equal(0);
    });

    it('counts it no more in a higher state epoch, and ignores what a lower one is done with', () => {
      receive(1, learn, { stateEpoch: 1 });
      receive(1, learn, { stateEpoch: 0, done: 3 });
      step({ type: 'done', seq: 3 });
      expect(peer.floor).to.equal(0);
      receive(1, learn, { stateEpoch: 1, done: 1 });
      expect(peer.floor).to.equal(2);
    });

    it('remembers the state epoch over a restart, as long as the incarnation lasts', () => {
      receive(1, learn, { stateEpoch: 2 });
      const { persist, note } = receive(1, { type: 'prepare', seq: 9, ballot: low });
      restart(...persist, ...note);
      decideFour();
      step({ type: 'done', seq: 3 });
      receive(1, learn, { stateEpoch: 1, done: 3 });
      expect(peer.floor).to.equal(0);
      const mark = { ...plainMark(), incarnations: [0, 4, 0] };
      receive(1, learn, { mark, done: 3 });
      expect(peer.floor).to.equal(3);
    });
  });
});
