import { Paxos, PaxosError } from '@paxkv/paxos';
import { expect } from 'chai';
import { Deeds, turn } from './deeds.ts';

const own = { round: 1, peer: 0 };
const foreign = { round: 1, peer: 1 };

describe('Paxos', () => {
  let deeds: Deeds;

  beforeEach(() => {
    deeds = new Deeds();
  });

  function prepare(seq: number, round = 1): void {
    deeds.receive(1, { type: 'prepare', seq, ballot: { round, peer: 1 } });
  }

  function accept(seq: number, value: string): void {
    deeds.receive(1, { type: 'accept', seq, ballot: foreign, value });
  }

  /** Takes the deeds done since the last call. */
  function done(): string[] {
    return deeds.list.splice(0);
  }

  /** Brings a proposal of `seq` to where its own vote waits to be written. */
  async function reachVote(paxos: Paxos<string>, seq: number): Promise<void> {
    paxos.start(seq, 'mine');
    await turn();
    await deeds.finishWrite();
    await deeds.finishWrite();
    deeds.receive(1, { type: 'promised', seq, ballot: own });
    await turn();
  }

  describe('opening', () => {
    it('announces what it recalls after opening, in order, before any news', async () => {
      deeds.memory = [
        { type: 'decided', seq: 2, value: 'c' },
        { type: 'decided', seq: 0, value: 'a' },
      ];
      const opening = deeds.open();
      expect(done()).to.deep.equal([]);
      await opening;
      deeds.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      deeds.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      expect(done()).to.deep.equal(['decided 0 a', 'decided 2 c', 'decided 1 b']);
    });

    it('does not vote with a memory it cannot load', async () => {
      deeds.loadError = new Error('bad checksum');
      const failure = await deeds.open().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(PaxosError);
      expect(failure).to.include({ code: 'PAXOS_STORAGE_FAILED', cause: deeds.loadError });
    });

    it('asks to be admitted where it has no memory, and is told when it was', async () => {
      deeds.memoryState = 'lost';
      const paxos = await deeds.open();
      await turn();
      expect(paxos.isMember()).to.equal(false);
      expect(done()).to.deep.equal(['write incarnation peerRecords']);
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['admit to 1', 'admit to 2']);
      const answer = {
        type: 'admitted',
        incarnation: 1 + 2 ** 31,
        attempt: 2 ** 47,
        isMember: true,
      } as const;
      for (const from of [1, 2]) deeds.receive(from, { ...answer, isNew: false, max: 3, round: 0 });
      await turn();
      expect(paxos.isMember()).to.equal(true);
      expect(done()).to.deep.equal(['admitted', 'write incarnation peerRecords']);
    });

    for (const [me, peerCount] of [
      [-1, 3],
      [3, 3],
      [0.5, 3],
      [0, 0],
      [0, 2.5],
    ] as const) {
      it(`refuses to be peer ${me} of ${peerCount}`, async () => {
        const refuse = () => Promise.reject(new Error('not to be called'));
        const failure = await Paxos.open<string>({
          me,
          peerCount,
          random: { next: () => 0 },
          clock: { now: () => 0, at: () => () => {} },
          storage: { load: refuse, write: refuse, close: refuse },
          transport: { open: refuse, send: () => {}, close: refuse },
        }).catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(TypeError);
      });
    }
  });

  describe('writing', () => {
    it('sends a promise only when its write has resolved', async () => {
      await deeds.open();
      prepare(0);
      await turn();
      expect(done()).to.deep.equal(['write promised']);
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['promised to 1']);
    });

    it('says with each vouching message which write of its storage it vouches for', async () => {
      await deeds.open();
      for (const seq of [0, 1]) {
        prepare(seq);
        await turn();
        await deeds.finishWrite();
      }
      expect(deeds.sent.map(({ mark }) => mark.writeIndex)).to.deep.equal([1, 2]);
    });

    it('holds back the answer to a duplicate while the first write is in flight', async () => {
      await deeds.open();
      prepare(0);
      await turn();
      prepare(0);
      await turn();
      expect(done()).to.deep.equal(['write promised']);
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['promised to 1', 'promised to 1']);
    });

    it('prepares only when its round is reserved on disk', async () => {
      const paxos = await deeds.open();
      paxos.start(0, 'mine');
      await turn();
      expect(done()).to.deep.equal(['write reserved']);
      paxos.start(1, 'mine');
      await turn();
      expect(done()).to.deep.equal([]);
      await deeds.finishWrite();
      expect(done().slice(0, 2)).to.deep.equal(['prepare to 1', 'prepare to 2']);
    });

    it('steps its own request in the same turn, into the very next write', async () => {
      const paxos = await deeds.open();
      paxos.start(0, 'mine');
      await turn();
      prepare(1);
      await turn();
      await deeds.finishWrite();
      expect(done().at(-1)).to.equal('write promised promised');
    });

    it('prepares at once, beside a write, within rounds that are reserved on disk', async () => {
      const paxos = await deeds.open();
      paxos.start(0, 'mine');
      await turn();
      await deeds.finishWrite();
      done();
      expect(deeds.isWriting).to.equal(true);
      paxos.start(1, 'mine');
      await turn();
      expect(done()).to.deep.equal(['prepare to 1', 'prepare to 2']);
    });

    it('asks for votes beside its own write, and counts its own only after it', async () => {
      const paxos = await deeds.open();
      await reachVote(paxos, 0);
      expect(done().slice(-3)).to.deep.equal(['accept to 1', 'accept to 2', 'write accepted']);
      deeds.receive(1, { type: 'accepted', seq: 0, ballot: own });
      await turn();
      expect(done()).to.deep.equal([]);
      expect(paxos.status(0)).to.deep.equal({ fate: 'pending' });
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['decided to 1', 'decided to 2', 'decided 0 mine']);
    });

    it('writes all that gathered during one write with the next, in one', async () => {
      await deeds.open();
      prepare(0);
      await turn();
      prepare(1);
      await turn();
      accept(2, 'c');
      await turn();
      expect(done()).to.deep.equal(['write promised']);
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['promised to 1', 'write promised accepted']);
      await deeds.finishWrite();
      expect(done()).to.deep.equal(['promised to 1', 'accepted to 1']);
    });

    it('refuses and tells decisions without waiting for the write under way', async () => {
      await deeds.open();
      prepare(0, 5);
      deeds.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      done();
      prepare(0, 2);
      deeds.receive(1, { type: 'learn', seq: 1, count: 1 });
      await turn();
      expect(done()).to.deep.equal(['rejected to 1', 'learned to 1']);
    });

    it('lets a note wait for the next write and ride along', async () => {
      await deeds.open();
      deeds.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      expect(done()).to.deep.equal(['decided 0 a']);
      prepare(1);
      await turn();
      expect(done()).to.deep.equal(['write promised decided']);
    });

    it('writes notes for their own sake when many wait', async () => {
      await deeds.open();
      for (let seq = 0; seq < 64; seq += 1) {
        deeds.receive(1, { type: 'decided', seq, ballot: foreign, value: 'a' });
      }
      await turn();
      expect(deeds.written.map((writes) => writes.length)).to.deep.equal([64]);
    });
  });

  describe('a failed write', () => {
    it('silences the peer for good, and is told once', async () => {
      const paxos = await deeds.open();
      prepare(0);
      await turn();
      prepare(1);
      await deeds.failWrite();
      deeds.receive(1, { type: 'learn', seq: 0, count: 1 });
      prepare(2);
      paxos.start(3, 'mine');
      await turn();
      expect(done()).to.deep.equal(['write promised']);
      expect(deeds.stops.map(({ code }) => code)).to.deep.equal(['PAXOS_STORAGE_FAILED']);
      expect(deeds.alarmCount).to.equal(0);
    });

    it('stops for good when others remember more of it than its storage', async () => {
      await deeds.open();
      prepare(0);
      deeds.receive(
        1,
        { type: 'forgotten', seq: 0 },
        { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 9 },
      );
      prepare(1);
      await turn();
      expect(deeds.stops.map(({ code }) => code)).to.deep.equal(['PAXOS_MEMORY_LOST']);
      expect(deeds.isWriting).to.equal(false);
      expect(deeds.sent).to.deep.equal([]);
    });

    it('leaves transport and storage to be closed by kill', async () => {
      const paxos = await deeds.open();
      prepare(0);
      deeds.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      await deeds.failWrite();
      done();
      await paxos.kill();
      expect(done()).to.deep.equal(['transport closed', 'storage closed']);
      expect(deeds.stops).to.have.length(1);
    });

    it('is the last write, also when kill was waiting for it', async () => {
      const paxos = await deeds.open();
      prepare(0);
      await turn();
      deeds.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      await turn();
      done();
      const killed = paxos.kill();
      await deeds.failWrite();
      expect(done()).to.deep.equal(['transport closed', 'storage closed']);
      await killed;
      expect(deeds.stops).to.have.length(1);
    });
  });

  describe('starting', () => {
    it('returns at once and does nothing within the call', async () => {
      const paxos = await deeds.open();
      paxos.start(0, 'mine');
      expect(done()).to.deep.equal([]);
    });

    it('sends nothing for an instance that is decided, forgotten, or after kill', async () => {
      deeds.memory = [
        { type: 'forgotten', min: 2 },
        { type: 'decided', seq: 2, value: 'c' },
      ];
      const paxos = await deeds.open();
      await turn();
      done();
      paxos.start(1, 'mine');
      paxos.start(2, 'mine');
      await turn();
      expect(done()).to.deep.equal([]);
      expect([paxos.min(), paxos.max()]).to.deep.equal([2, 2]);
      expect(paxos.status(1)).to.deep.equal({ fate: 'forgotten' });
      await paxos.kill();
      done();
      paxos.start(3, 'mine');
      await turn();
      expect(done()).to.deep.equal([]);
    });

    it('refuses a seq that does not count from 0', async () => {
      const paxos = await deeds.open();
      for (const seq of [-1, 0.5, Number.NaN, 2 ** 53]) {
        expect(() => paxos.start(seq, 'mine'), `${seq}`).to.throw(TypeError);
      }
    });
  });

  describe('kill', () => {
    it('resolves when the write in flight has ended, and closes transport, then storage', async () => {
      const paxos = await deeds.open();
      prepare(0);
      await turn();
      let isKilled = false;
      const killed = paxos.kill().then(() => {
        isKilled = true;
      });
      await turn();
      expect(isKilled).to.equal(false);
      await deeds.finishWrite();
      await killed;
      expect(done()).to.deep.equal(['write promised', 'transport closed', 'storage closed']);
    });

    it('does its work once, however often it is called', async () => {
      const paxos = await deeds.open();
      await Promise.all([paxos.kill(), paxos.kill()]);
      await paxos.kill();
      expect(done()).to.deep.equal(['transport closed', 'storage closed']);
      expect(deeds.stops).to.deep.equal([]);
    });

    it('leaves no alarm behind, even when called on a decision', async () => {
      const paxos = await deeds.open();
      paxos.start(5, 'mine');
      const killed = new Promise<void>((resolve) => {
        deeds.onDecided = () => resolve(paxos.kill());
      });
      deeds.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      await deeds.finishWrite();
      await killed;
      expect(deeds.alarmCount).to.equal(0);
    });

    it('writes a decision that names no value together with the vote it rests on', async () => {
      const paxos = await deeds.open();
      prepare(7);
      await turn();
      accept(0, 'a');
      deeds.receive(2, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      const killed = paxos.kill();
      await deeds.finishWrite();
      await deeds.finishWrite();
      await killed;
      const again = new Deeds();
      again.memory = deeds.written.flat();
      const reopened = await again.open();
      expect(reopened.status(0)).to.deep.equal({ fate: 'decided', value: 'a' });
    });
  });
});
