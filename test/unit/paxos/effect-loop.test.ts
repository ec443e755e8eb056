import type { Message, Paxos } from '@paxkv/paxos';
import { expect } from 'chai';
import { RecordingHost, turn } from './recording-host.ts';

const own = { round: 1, peer: 0 };
const foreign = { round: 1, peer: 1 };

function isQuestion(
  message: Message<string>,
): message is Extract<Message<string>, { type: 'readIndex' }> {
  return message.type === 'readIndex';
}

describe('EffectLoop', () => {
  let host: RecordingHost;

  beforeEach(() => {
    host = new RecordingHost();
  });

  /** Brings a proposal of `seq` to where its own vote waits to be written. */
  async function reachVote(paxos: Paxos<string>, seq: number): Promise<void> {
    paxos.start(seq, 'mine');
    await turn();
    await host.finishWrite();
    await host.finishWrite();
    host.receive(1, { type: 'promised', seq, ballot: own });
    await turn();
  }

  describe('values that the host cannot apply', () => {
    const vote = { ballot: foreign, value: 'bad' };
    const messages: Message<string>[] = [
      { type: 'accept', seq: 0, ballot: foreign, value: 'bad' },
      { type: 'decided', seq: 0, ballot: foreign, value: 'bad' },
      { type: 'learned', seq: 0, values: ['good', 'bad'] },
      { type: 'promised', seq: 0, ballot: own, vote },
      { type: 'logPromised', ballot: own, firstSeq: 0, votes: [{ seq: 0, vote }] },
    ];

    for (const message of messages) {
      it(`are neither written nor learned from ${message.type}, and are reported`, async () => {
        host.options = { isValue: (value) => value !== 'bad' };
        const paxos = await host.open();
        await turn();
        host.takeEffects();
        host.receive(1, message);
        await turn();
        expect(host.takeEffects()).to.deep.equal([]);
        expect(host.refusals).to.deep.equal([
          `1: a ${message.type} with a value that cannot be applied`,
        ]);
        expect(paxos.status(0)).to.deep.equal({ fate: 'pending' });
        expect(paxos.max()).to.equal(-1);
      });
    }

    it('are dropped with their message, and those of other messages are taken', async () => {
      host.options = { isValue: (value) => value !== 'bad' };
      const paxos = await host.open();
      host.receive(1, { type: 'learned', seq: 0, values: ['good', 'fine'] });
      host.receive(1, { type: 'decided', seq: 2, ballot: foreign });
      await turn();
      expect(paxos.status(1)).to.deep.equal({ fate: 'decided', value: 'fine' });
      expect(host.takeEffects()).to.include('learn to 1');
      expect(host.refusals).to.deep.equal([]);
    });
  });

  describe('writing', () => {
    it('sends a promise only when its write has resolved', async () => {
      await host.open();
      host.prepare(0);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write promised']);
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['promised to 1']);
    });

    it('marks each message with the write of its storage that it vouches for', async () => {
      await host.open();
      for (const seq of [0, 1]) {
        host.prepare(seq);
        await turn();
        await host.finishWrite();
      }
      expect(host.sent.map(({ mark }) => mark.writeIndex)).to.deep.equal([1, 2]);
    });

    it('holds back the answer to a duplicate while the first write is in flight', async () => {
      await host.open();
      host.prepare(0);
      await turn();
      host.prepare(0);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write promised']);
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['promised to 1', 'promised to 1']);
    });

    it('prepares only when its round is reserved on disk', async () => {
      const paxos = await host.open();
      paxos.start(0, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write reserved']);
      paxos.start(1, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
      await host.finishWrite();
      expect(host.takeEffects().slice(0, 2)).to.deep.equal(['prepare to 1', 'prepare to 2']);
    });

    it('steps its own request in the same turn, so the next write has its vote', async () => {
      const paxos = await host.open();
      paxos.start(0, 'mine');
      await turn();
      host.prepare(1);
      await turn();
      await host.finishWrite();
      expect(host.takeEffects().at(-1)).to.equal('write promised promised');
    });

    it('prepares at once, beside a write, within rounds that are reserved on disk', async () => {
      const paxos = await host.open();
      paxos.start(0, 'mine');
      await turn();
      await host.finishWrite();
      host.takeEffects();
      expect(host.isWriting).to.equal(true);
      paxos.start(1, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal(['prepare to 1', 'prepare to 2']);
    });

    it('asks for votes during its own write, and counts its own vote only after it', async () => {
      const paxos = await host.open();
      await reachVote(paxos, 0);
      expect(host.takeEffects().slice(-3)).to.deep.equal([
        'accept to 1',
        'accept to 2',
        'write accepted',
      ]);
      host.receive(1, { type: 'accepted', seq: 0, ballot: own });
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
      expect(paxos.status(0)).to.deep.equal({ fate: 'pending' });
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['decided to 1', 'decided to 2', 'decided 0 mine']);
    });

    it('has flushed what it sent when a write begins, and when one has ended', async () => {
      const paxos = await host.open();
      await reachVote(paxos, 0);
      expect(host.takeEffects().slice(-2)).to.deep.equal(['accept to 2', 'write accepted']);
      host.receive(1, { type: 'accepted', seq: 0, ballot: own });
      host.prepare(7);
      await turn();
      await host.finishWrite();
      await host.finishWrite();
      expect(host.takeEffects()).to.include.members(['decided to 1', 'promised to 1']);
      expect(host.unflushedCounts).to.deep.equal(host.unflushedCounts.map(() => 0));
      expect(host.unflushedCount).to.equal(0);
    });

    it('writes all that gathered during one write in the next', async () => {
      await host.open();
      host.prepare(0);
      await turn();
      host.prepare(1);
      await turn();
      host.accept(2, 'c');
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write promised']);
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['promised to 1', 'write promised accepted']);
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['promised to 1', 'accepted to 1']);
    });

    it('sends rejections and decisions without waiting for the pending write', async () => {
      await host.open();
      host.prepare(0, 5);
      host.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      host.takeEffects();
      host.prepare(0, 2);
      host.receive(1, { type: 'learn', seq: 1, count: 1 });
      await turn();
      expect(host.takeEffects()).to.deep.equal(['rejected to 1', 'learned to 1']);
    });

    it('adds a note to the next write', async () => {
      await host.open();
      host.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      expect(host.takeEffects()).to.deep.equal(['decided 0 a']);
      host.prepare(1);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write promised decided']);
    });

    it('writes notes by themselves when many wait', async () => {
      await host.open();
      for (let seq = 0; seq < 64; seq += 1) {
        host.receive(1, { type: 'decided', seq, ballot: foreign, value: 'a' });
      }
      await turn();
      expect(host.written.map((writes) => writes.length)).to.deep.equal([64]);
    });
  });

  describe('a quorum read', () => {
    /** Answers the question that was sent last. */
    function answer(readIndex: number): void {
      const question = host.sent.map(({ message }) => message).findLast(isQuestion);
      if (question === undefined) throw new Error('no question was sent');
      const { id } = question;
      host.receive(1, { type: 'readIndexReply', id, readIndex, knownUpTo: -1 });
    }

    const answers = () => host.takeEffects().filter((effect) => effect.startsWith('read index'));

    it('never ends with the answer to an earlier question, even one that came before the call', async () => {
      const paxos = await host.open();
      paxos.readIndex();
      await turn();
      answer(3);
      paxos.readIndex();
      await turn();
      expect(answers()).to.deep.equal([]);
      answer(5);
      await turn();
      expect(answers()).to.deep.equal(['read index 5']);
    });

    it('does not either when the earlier answer was stepped before the call', async () => {
      const paxos = await host.open();
      paxos.readIndex();
      await turn();
      answer(3);
      paxos.done(-1);
      paxos.readIndex();
      await turn();
      expect(answers()).to.deep.equal([]);
      answer(5);
      await turn();
      expect(answers()).to.deep.equal(['read index 5']);
    });
  });

  describe('a failed write', () => {
    it('silences the peer for good, and is reported once', async () => {
      const paxos = await host.open();
      host.prepare(0);
      await turn();
      host.prepare(1);
      await host.failWrite();
      host.receive(1, { type: 'learn', seq: 0, count: 1 });
      host.prepare(2);
      paxos.start(3, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write promised']);
      expect(host.stops.map(({ code }) => code)).to.deep.equal(['PAXOS_STORAGE_FAILED']);
      expect(host.timerCount).to.equal(0);
    });

    it('stops for good when others remember more of it than its storage', async () => {
      await host.open();
      host.prepare(0);
      host.receive(
        1,
        { type: 'forgotten', seq: 0 },
        { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 9 },
      );
      host.prepare(1);
      await turn();
      expect(host.stops.map(({ code }) => code)).to.deep.equal(['PAXOS_MEMORY_LOST']);
      expect(host.isWriting).to.equal(false);
      expect(host.sent).to.deep.equal([]);
    });

    it('leaves transport and storage to be closed by kill', async () => {
      const paxos = await host.open();
      host.prepare(0);
      host.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      await host.failWrite();
      host.takeEffects();
      await paxos.kill();
      expect(host.takeEffects()).to.deep.equal(['transport closed', 'storage closed']);
      expect(host.stops).to.have.length(1);
    });

    it('is the last write, also when kill waits for it', async () => {
      const paxos = await host.open();
      host.prepare(0);
      await turn();
      host.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      host.takeEffects();
      const killed = paxos.kill();
      await host.failWrite();
      expect(host.takeEffects()).to.deep.equal(['transport closed', 'storage closed']);
      await killed;
      expect(host.stops).to.have.length(1);
    });
  });
});
