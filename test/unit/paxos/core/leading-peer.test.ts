import { type Effects, type Message, Peer, type PeerId } from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten } from '../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept } from './steps.ts';

/** Peer 0 of three, which may lead, and what the others send it. */
class Candidate {
  readonly peer = new Peer<string>({
    me: 0,
    peerCount: 3,
    random: constantRandom,
    memory: kept(),
    isCandidate: true,
  });
  readonly #now = 1000;

  constructor() {
    for (const now of [0, this.#now]) this.peer.step({ type: 'wake' }, now);
  }

  hear(from: PeerId, message: Message<string>): Effects<string> {
    const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 0 };
    const envelope = { from, to: 0, ...nothingForgotten, mark, message };
    return this.peer.step({ type: 'receive', envelope }, this.#now);
  }

  propose(seq: number): Effects<string> {
    return this.peer.step({ type: 'propose', seq, value: 'own' }, this.#now);
  }

  /** Becomes leader with the promises of itself and of peer 1. */
  win(): void {
    for (const from of [0, 1]) this.hear(from, { type: 'preVoteGranted', id: 1 });
    for (const from of [0, 1]) {
      this.hear(from, { type: 'logPromised', ballot: ballot(1, 0), firstSeq: 0, votes: [] });
    }
  }
}

function typesOf(envelopes: Effects<string>['sendNow']): string[] {
  return envelopes.map(({ message }) => message.type);
}

describe('A peer that waits for an instance', () => {
  const ask = (candidate: Candidate) =>
    candidate.peer.step({ type: 'requestDecisions', seq: 0 }, 1000);

  it('asks the peer that leads, and proposes nothing', () => {
    const candidate = new Candidate();
    candidate.hear(1, { type: 'heartbeat', ballot: ballot(1, 1) });
    const { sendNow, sendAfter, persist } = ask(candidate);
    expect(sendNow.map(({ to, message }) => [to, message])).to.deep.equal([
      [1, { type: 'learn', seq: 0, count: 1 }],
    ]);
    expect([sendAfter, persist]).to.deep.equal([[], []]);
  });

  it('asks another peer if none leads, and none if it leads itself', () => {
    const candidate = new Candidate();
    expect(typesOf(ask(candidate).sendNow)).to.deep.equal(['learn']);
    const leading = new Candidate();
    leading.win();
    expect(ask(leading).sendNow).to.deep.equal([]);
  });

  it('asks a peer whose answer to a read shows that it knows more, if none leads', () => {
    const reply = { type: 'readIndexReply', id: 7, readIndex: 5, knownUpTo: 4 } as const;
    const candidate = new Candidate();
    const { sendNow } = candidate.hear(2, reply);
    expect(sendNow.map(({ to, message }) => [to, message])).to.deep.equal([
      [2, { type: 'learn', seq: 0, count: 5 }],
    ]);
    const follower = new Candidate();
    follower.hear(1, { type: 'heartbeat', ballot: ballot(1, 1) });
    expect(follower.hear(2, reply).sendNow).to.deep.equal([]);
  });
});

describe('A peer that leads', () => {
  it('sends its ballot only once the round is durable', () => {
    const candidate = new Candidate();
    candidate.hear(0, { type: 'preVoteGranted', id: 1 });
    const { sendNow, persist, sendAfter } = candidate.hear(1, { type: 'preVoteGranted', id: 1 });
    expect(typesOf(sendNow)).to.not.include('prepareLog');
    expect(persist.map(({ type }) => type)).to.deep.equal(['reserved']);
    expect(typesOf(sendAfter)).to.deep.equal(['prepareLog', 'prepareLog', 'prepareLog']);
  });

  it('asks for votes at once, until an acceptor that it rests on begins a new incarnation', () => {
    const candidate = new Candidate();
    candidate.win();
    expect(typesOf(candidate.propose(0).sendNow)).to.deep.equal(['accept', 'accept', 'accept']);
    candidate.hear(1, { type: 'admit', incarnation: 1, attempt: 5 });
    expect(candidate.peer.leader).to.equal(undefined);
    const { sendNow, sendAfter } = candidate.propose(1);
    expect(typesOf([...sendNow, ...sendAfter])).to.not.include('accept');
  });
});
