import {
  type Decision,
  type Effects,
  type Message,
  Peer,
  type PeerEvent,
  type PeerId,
  type Write,
} from '@paxkv/paxos/core';
import { expect } from 'chai';
import { nothingForgotten, plainMark } from '../../contracts/plain-mark.ts';
import { ballot, constantRandom, kept, mail, recipients } from './steps.ts';

const low = ballot(1, 1);
const high = ballot(2, 2);

describe('Peer', () => {
  let peer: Peer<string>;

  beforeEach(() => {
    restart();
  });

  function restart(...memory: Write<string>[]): void {
    peer = new Peer<string>({ me: 0, peerCount: 3, random: constantRandom, memory: kept(memory) });
  }

  function step(event: PeerEvent<string>, now = 0): Effects<string> {
    return peer.step(event, now);
  }

  function receive(from: PeerId, message: Message<string>, done = -1, floor = 0): Effects<string> {
    const progress = { ...nothingForgotten, done, floor, min: floor, everyPeerMin: floor };
    return step({
      type: 'receive',
      envelope: { from, to: 0, ...progress, mark: plainMark(), message },
    });
  }

  /** Lets this peer decide `seq` at its first ballot, with its own vote and that of peer 1. */
  function decide(seq: number, value: string): Effects<string> {
    const { persist, sendAfter } = step({ type: 'propose', seq, value });
    step({ type: 'persisted', writes: persist });
    const message = sendAfter[0]?.message;
    if (message?.type !== 'prepare') throw new Error('a proposer prepares');
    const own = message.ballot;
    receive(0, message);
    receive(0, { type: 'promised', seq, ballot: own });
    receive(1, { type: 'promised', seq, ballot: own });
    receive(0, { type: 'accept', seq, ballot: own, value });
    receive(0, { type: 'accepted', seq, ballot: own });
    return receive(1, { type: 'accepted', seq, ballot: own });
  }

  function announced({ decided }: Effects<string>): Decision<string>[] {
    return decided;
  }

  describe('sending', () => {
    it('promises and votes only after the write', () => {
      const promised = receive(1, { type: 'prepare', seq: 0, ballot: low });
      expect(promised.sendNow).to.deep.equal([]);
      expect(mail(promised.sendAfter)).to.deep.equal([
        [1, { type: 'promised', seq: 0, ballot: low }],
      ]);
      const accepted = receive(1, { type: 'accept', seq: 0, ballot: low, value: 'a' });
      expect(accepted.sendNow).to.deep.equal([]);
      expect(mail(accepted.sendAfter)).to.deep.equal([
        [1, { type: 'accepted', seq: 0, ballot: low }],
      ]);
    });

    it('holds back the repeated answer to a duplicate: the first write may be in flight', () => {
      const prepare = { type: 'prepare', seq: 0, ballot: low } as const;
      const accept = { type: 'accept', seq: 0, ballot: low, value: 'a' } as const;
      for (const request of [prepare, accept]) {
        receive(1, request);
        const again = receive(1, request);
        expect(again.persist).to.deep.equal([]);
        expect(again.sendNow).to.deep.equal([]);
        expect(recipients(again.sendAfter)).to.deep.equal([1]);
      }
    });

    it('rejects at once: a rejection vouches for nothing', () => {
      receive(2, { type: 'prepare', seq: 0, ballot: high });
      const { sendNow, sendAfter } = receive(1, { type: 'prepare', seq: 0, ballot: low });
      expect(mail(sendNow)).to.deep.equal([
        [1, { type: 'rejected', seq: 0, ballot: low, promised: high }],
      ]);
      expect(sendAfter).to.deep.equal([]);
    });

    it('notifies the others of a decision, with the value only if a peer is not known to have voted', () => {
      const { sendNow, decided } = decide(0, 'a');
      const own = ballot(1, 0);
      expect(mail(sendNow)).to.deep.equal([
        [1, { type: 'decided', seq: 0, ballot: own }],
        [2, { type: 'decided', seq: 0, ballot: own, value: 'a' }],
      ]);
      expect(decided).to.deep.equal([{ seq: 0, value: 'a' }]);
    });

    it('answers any request about a decided instance with the decision', () => {
      decide(0, 'a');
      const learned = { type: 'learned', seq: 0, values: ['a'] };
      for (const request of [
        { type: 'prepare', seq: 0, ballot: high },
        { type: 'accept', seq: 0, ballot: high, value: 'b' },
        { type: 'learn', seq: 0, count: 5 },
      ] as const) {
        const { sendNow, sendAfter, persist } = receive(2, request);
        expect(mail(sendNow)).to.deep.equal([[2, learned]]);
        expect([sendAfter, persist]).to.deep.equal([[], []]);
      }
    });

    it('stops rather than act on a message for another peer or from outside the group', () => {
      const message = { type: 'prepare', seq: 0, ballot: low } as const;
      const envelope = { from: 1, to: 2, ...nothingForgotten, mark: plainMark(), message };
      expect(() => step({ type: 'receive', envelope })).to.throw(/invariant/);
      expect(() => receive(3, message)).to.throw(/invariant/);
    });
  });

  describe('deciding', () => {
    it('believes a decision without a value at the ballot of its vote', () => {
      receive(1, { type: 'accept', seq: 0, ballot: low, value: 'a' });
      const effects = receive(1, { type: 'decided', seq: 0, ballot: low });
      expect(announced(effects)).to.deep.equal([{ seq: 0, value: 'a' }]);
    });

    it('believes a decision without a value below the ballot of its vote (P2b)', () => {
      receive(2, { type: 'accept', seq: 0, ballot: high, value: 'a' });
      expect(announced(receive(1, { type: 'decided', seq: 0, ballot: low }))).to.have.length(1);
    });

    it('does not take the vote of a lower ballot for the decision', () => {
      receive(1, { type: 'accept', seq: 0, ballot: low, value: 'a' });
      const effects = receive(2, { type: 'decided', seq: 0, ballot: high });
      expect(announced(effects)).to.deep.equal([]);
      expect(peer.status(0)).to.deep.equal({ fate: 'pending' });
    });

    it('prefers the value in a notice to that of its own vote', () => {
      receive(1, { type: 'accept', seq: 0, ballot: low, value: 'a' });
      const effects = receive(2, { type: 'decided', seq: 0, ballot: high, value: 'b' });
      expect(announced(effects)).to.deep.equal([{ seq: 0, value: 'b' }]);
    });

    it('records a decision of an instance it knew nothing of', () => {
      const effects = receive(1, { type: 'decided', seq: 5, ballot: low, value: 'a' });
      expect(announced(effects)).to.deep.equal([{ seq: 5, value: 'a' }]);
      expect(peer.status(5)).to.deep.equal({ fate: 'decided', value: 'a' });
    });

    it('announces a decision once, however often it arrives', () => {
      receive(1, { type: 'decided', seq: 0, ballot: low, value: 'a' });
      const again = receive(2, { type: 'decided', seq: 0, ballot: low, value: 'a' });
      const learned = receive(2, { type: 'learned', seq: 0, values: ['a'] });
      expect([...again.decided, ...learned.decided, ...learned.note]).to.deep.equal([]);
    });

    it('does not count its own vote before its storage has written it', () => {
      const { persist, sendAfter } = step({ type: 'propose', seq: 0, value: 'a' });
      step({ type: 'persisted', writes: persist });
      const own = ballot(1, 0);
      expect(recipients(sendAfter)).to.include(0);
      receive(1, { type: 'promised', seq: 0, ballot: own });
      receive(2, { type: 'promised', seq: 0, ballot: own });
      receive(0, { type: 'accept', seq: 0, ballot: own, value: 'a' });
      expect(receive(1, { type: 'accepted', seq: 0, ballot: own }).decided).to.deep.equal([]);
      expect(receive(0, { type: 'accepted', seq: 0, ballot: own }).decided).to.have.length(1);
    });

    it('ends its own proposal with the decision of another, and passes it on', () => {
      step({ type: 'propose', seq: 0, value: 'own' });
      const { sendNow } = receive(1, { type: 'learned', seq: 0, values: ['other'] });
      expect(mail(sendNow)).to.deep.equal([
        [2, { type: 'decided', seq: 0, ballot: ballot(1, 0), value: 'other' }],
      ]);
      expect(peer.wakeAt()).to.equal(undefined);
    });

    it('proposes nothing where the decision is known', () => {
      decide(0, 'a');
      expect(step({ type: 'propose', seq: 0, value: 'b' })).to.deep.include({
        sendNow: [],
        sendAfter: [],
        persist: [],
      });
    });
  });

  describe('remembering', () => {
    it('notes a decision without the value where its own vote has it', () => {
      expect(decide(0, 'a').note).to.deep.equal([{ type: 'decided', seq: 0 }]);
      const learned = receive(1, { type: 'decided', seq: 1, ballot: low, value: 'b' });
      expect(learned.note).to.deep.equal([{ type: 'decided', seq: 1, value: 'b' }]);
    });

    it('restores decisions in order of seq, with the value or from its own vote', () => {
      restart(
        { type: 'decided', seq: 3, value: 'd' },
        { type: 'accepted', seq: 1, ballot: low, value: 'b' },
        { type: 'decided', seq: 1 },
      );
      expect(peer.decisions()).to.deep.equal([
        { seq: 1, value: 'b' },
        { seq: 3, value: 'd' },
      ]);
    });

    it('restores a decided null, rather than its own vote for another value', () => {
      const memory: Write<string | null>[] = [
        { type: 'accepted', seq: 0, ballot: low, value: 'lost' },
        { type: 'decided', seq: 0, value: null },
        { type: 'decided', seq: 1, value: null },
      ];
      const restored = new Peer({
        me: 0,
        peerCount: 3,
        random: constantRandom,
        memory: kept(memory),
      });
      expect(restored.decisions()).to.deep.equal([
        { seq: 0, value: null },
        { seq: 1, value: null },
      ]);
    });

    it('does not trust a memory with a decision and no value for it', () => {
      expect(() => restart({ type: 'decided', seq: 0 })).to.throw(/invariant/);
    });

    it('never proposes at a round of an earlier run, also after a crash before any use', () => {
      const { persist } = step({ type: 'propose', seq: 0, value: 'a' });
      restart(...persist);
      const { sendNow, sendAfter } = step({ type: 'propose', seq: 0, value: 'b' });
      const rounds = [...sendNow, ...sendAfter].flatMap(({ message }) =>
        message.type === 'prepare' ? [message.ballot.round] : [],
      );
      expect(rounds).to.have.length(3);
      expect(Math.min(...rounds)).to.be.greaterThan(1000);
    });

    it('keeps its max over a restart, by votes, decisions and what is forgotten', () => {
      restart({ type: 'promised', seq: 4, ballot: low });
      expect(peer.max).to.equal(4);
      restart({ type: 'decided', seq: 6, value: 'a' });
      expect(peer.max).to.equal(6);
      restart({ type: 'forgotten', min: 9 });
      expect([peer.max, peer.min]).to.deep.equal([8, 9]);
    });
  });

  describe('forgetting', () => {
    it('has a max that rises with every seq it hears of and never sinks', () => {
      expect(peer.max).to.equal(-1);
      receive(1, { type: 'prepare', seq: 7, ballot: low });
      expect(peer.max).to.equal(7);
      step({ type: 'propose', seq: 3, value: 'a' });
      expect(peer.max).to.equal(7);
      // Also with a seq that is forgotten as soon as it is heard of.
      step({ type: 'done', seq: 20 });
      receive(1, { type: 'prepare', seq: 8, ballot: low }, 20, 20);
      expect(peer.max).to.equal(8);
      expect(peer.min).to.equal(20);
    });

    it('refuses every request about a forgotten instance, and makes no record of it', () => {
      restart({ type: 'forgotten', min: 5 });
      for (const request of [
        { type: 'prepare', seq: 4, ballot: low },
        { type: 'accept', seq: 4, ballot: low, value: 'a' },
        { type: 'learn', seq: 4, count: 3 },
      ] as const) {
        const { sendNow, sendAfter, persist } = receive(1, request);
        expect(mail(sendNow)).to.deep.equal([[1, { type: 'forgotten', seq: 4 }]]);
        expect([sendAfter, persist]).to.deep.equal([[], []]);
      }
      expect(peer.status(4)).to.deep.equal({ fate: 'forgotten' });
    });

    it('neither believes nor passes on a decision of a forgotten instance', () => {
      restart({ type: 'forgotten', min: 5 });
      const notice = receive(1, { type: 'decided', seq: 4, ballot: low, value: 'a' });
      const page = receive(1, { type: 'learned', seq: 4, values: ['a', 'b'] });
      expect([...notice.sendNow, ...notice.decided]).to.deep.equal([]);
      expect(page.decided).to.deep.equal([{ seq: 5, value: 'b' }]);
    });

    it('ignores a proposal below min, and ends one that falls below it', () => {
      step({ type: 'propose', seq: 0, value: 'a' });
      receive(1, { type: 'forgotten', seq: 0 }, 0, 1);
      receive(2, { type: 'forgotten', seq: 0 }, 0, 1);
      expect(peer.wakeAt()).to.equal(undefined);
      expect(step({ type: 'propose', seq: 0, value: 'a' }).sendAfter).to.deep.equal([]);
    });

    it('forgets once every peer is done, and notes it', () => {
      decide(0, 'a');
      step({ type: 'done', seq: 0 });
      receive(1, { type: 'learn', seq: 1, count: 1 }, 0);
      expect(peer.status(0)).to.include({ fate: 'decided' });
      const { note } = receive(2, { type: 'learn', seq: 1, count: 1 }, 0);
      expect(note).to.deep.equal([{ type: 'forgotten', min: 1 }]);
      expect(peer.status(0)).to.deep.equal({ fate: 'forgotten' });
      expect(peer.decisions()).to.deep.equal([]);
    });

    it('proposes its vote again for a peer that asks, where it is done with the instance but lost the decision', () => {
      const vote = { type: 'accepted', seq: 4, ballot: low, value: 'a' } as const;
      for (const done of [3, 4]) {
        restart(vote);
        step({ type: 'done', seq: done });
        const { sendNow, sendAfter } = receive(1, { type: 'learn', seq: 4, count: 1 });
        expect([sendNow, sendAfter]).to.deep.equal([[], []]);
        const isAsking = peer.wakeAt() !== undefined;
        expect(isAsking, `done with ${done}`).to.equal(done === 4);
      }
      const { sendAfter } = step({ type: 'wake' }, 1_000);
      const prepares = sendAfter.map(
        ({ message }) => `${message.type} ${'seq' in message && message.seq}`,
      );
      expect(prepares).to.deep.equal(['prepare 4', 'prepare 4', 'prepare 4']);
    });

    it('adopts the min of another, so that two silent peers forget by way of a third', () => {
      receive(1, { type: 'decided', seq: 0, ballot: low, value: 'a' });
      step({ type: 'done', seq: 0 });
      receive(1, { type: 'learn', seq: 9, count: 1 }, 0, 1);
      expect(peer.min).to.equal(1);
      const { sendNow } = receive(2, { type: 'prepare', seq: 0, ballot: ballot(1, 2) });
      expect(sendNow[0]).to.include({ min: 1, done: 0 });
      receive(2, { type: 'learn', seq: 9, count: 1 }, -1, 0);
      expect(peer.min).to.equal(1);
    });
  });

  describe('catching up', () => {
    it('asks a peer that knows more, page by page as the answers come', () => {
      const ask = receive(1, { type: 'prepare', seq: 30, ballot: low }, 20);
      expect(mail(ask.sendNow)).to.deep.equal([[1, { type: 'learn', seq: 0, count: 16 }]]);
      const values = Array.from({ length: 16 }, (_, seq) => `v${seq}`);
      const next = receive(1, { type: 'learned', seq: 0, values }, 20);
      expect(next.decided).to.have.length(16);
      expect(mail(next.sendNow)).to.deep.equal([[1, { type: 'learn', seq: 16, count: 5 }]]);
    });

    it('continues above what the other peer has forgotten', () => {
      receive(1, { type: 'prepare', seq: 30, ballot: low }, 20);
      const { sendNow } = receive(1, { type: 'forgotten', seq: 0 }, 20, 10);
      expect(mail(sendNow)).to.deep.equal([[1, { type: 'learn', seq: 10, count: 11 }]]);
    });

    it('does not ask for what its host is done with', () => {
      step({ type: 'done', seq: 20 });
      expect(receive(1, { type: 'prepare', seq: 30, ballot: low }, 20).sendNow).to.deep.equal([]);
    });

    it('answers a Learn with a run, and not at all where it knows nothing', () => {
      for (const seq of [0, 1, 3]) {
        receive(1, { type: 'decided', seq, ballot: low, value: `v${seq}` });
      }
      const { sendNow } = receive(2, { type: 'learn', seq: 0, count: 16 });
      expect(mail(sendNow)).to.deep.equal([[2, { type: 'learned', seq: 0, values: ['v0', 'v1'] }]]);
      const silence = receive(2, { type: 'learn', seq: 2, count: 16 });
      expect([silence.sendNow, silence.sendAfter]).to.deep.equal([[], []]);
    });
  });
});
