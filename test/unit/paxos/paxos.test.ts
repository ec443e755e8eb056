import { Paxos, PaxosError } from '@paxkv/paxos';
import { expect } from 'chai';
import { plainMark } from '../contracts/plain-mark.ts';
import { RecordingHost, turn } from './recording-host.ts';

const foreign = { round: 1, peer: 1 };

describe('Paxos', () => {
  let host: RecordingHost;

  beforeEach(() => {
    host = new RecordingHost();
  });

  describe('opening', () => {
    it('announces what it remembers after opening, in order, before anything new', async () => {
      host.memory = [
        { type: 'decided', seq: 2, value: 'c' },
        { type: 'decided', seq: 0, value: 'a' },
      ];
      const opening = host.open();
      expect(host.takeEffects()).to.deep.equal([]);
      await opening;
      host.receive(1, { type: 'decided', seq: 1, ballot: foreign, value: 'b' });
      host.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      expect(host.takeEffects()).to.deep.equal(['decided 0 a', 'decided 2 c', 'decided 1 b']);
    });

    it('does not vote with a memory it cannot load', async () => {
      host.loadError = new Error('bad checksum');
      const failure = await host.open().catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(PaxosError);
      expect(failure).to.include({ code: 'PAXOS_STORAGE_FAILED', cause: host.loadError });
    });

    it('asks to be admitted if it has no memory, and reports when it is', async () => {
      host.memoryState = 'lost';
      const paxos = await host.open();
      await turn();
      expect(paxos.isMember()).to.equal(false);
      expect(host.takeEffects()).to.deep.equal(['write incarnation peerRecords']);
      await host.finishWrite();
      expect(host.takeEffects()).to.deep.equal(['admit to 1', 'admit to 2']);
      const answer = {
        type: 'admitted',
        incarnation: 1 + 2 ** 31,
        attempt: 2 ** 47,
        isMember: true,
      } as const;
      for (const from of [1, 2]) host.receive(from, { ...answer, isNew: false, max: 3, round: 0 });
      await turn();
      expect(paxos.isMember()).to.equal(true);
      expect(host.takeEffects()).to.deep.equal(['admitted', 'write incarnation peerRecords']);
    });

    for (const options of [
      { stateEpoch: -1 },
      { stateEpoch: 0.5 },
      { retention: { type: 'quorum', instances: 0, bytes: 1, sizeOf: () => 1 } },
    ] as const) {
      it(`refuses ${JSON.stringify(options)}`, async () => {
        host.options = options;
        const failure = await host.open().catch((error: unknown) => error);
        expect(failure).to.be.instanceOf(TypeError);
      });
    }

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

  describe('starting', () => {
    it('returns at once and sends nothing within the call', async () => {
      const paxos = await host.open();
      paxos.start(0, 'mine');
      expect(host.takeEffects()).to.deep.equal([]);
    });

    it('raises max within the call, and never lowers it', async () => {
      const paxos = await host.open();
      paxos.start(7, 'mine');
      expect(paxos.max()).to.equal(7);
      paxos.start(3, 'mine');
      expect(paxos.max()).to.equal(7);
      await turn();
      expect(host.written.map((writes) => writes.map(({ type }) => type))).to.deep.equal([
        ['reserved'],
      ]);
    });

    it('raises no max after kill', async () => {
      const paxos = await host.open();
      const killed = paxos.kill();
      paxos.start(7, 'mine');
      expect(paxos.max()).to.equal(-1);
      await killed;
    });

    it('raises max before the host has joined, and sends once it has', async () => {
      const paxos = await host.load();
      paxos.start(7, 'mine');
      expect(paxos.max()).to.equal(7);
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
      await host.join(paxos);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['write reserved']);
    });

    it('first takes what arrived before the call, and announces nothing within it', async () => {
      const paxos = await host.open();
      await turn();
      host.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      paxos.start(0, 'mine');
      expect(paxos.status(0)).to.deep.equal({ fate: 'decided', value: 'a' });
      expect(host.takeEffects()).to.deep.equal([]);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['decided 0 a']);
    });

    it('reports in a later turn that memory was lost, not within the call', async () => {
      const paxos = await host.open();
      await turn();
      const mark = { incarnations: [0, 0, 0], writeIndex: 0, acknowledgedIndex: 9 };
      host.receive(1, { type: 'forgotten', seq: 0 }, mark);
      paxos.start(7, 'mine');
      expect(host.stops).to.deep.equal([]);
      await turn();
      expect(host.stops.map(({ code }) => code)).to.deep.equal(['PAXOS_MEMORY_LOST']);
      expect(host.takeEffects()).to.deep.equal([]);
    });

    it('sends nothing for an instance that is decided or forgotten, nor after kill', async () => {
      host.memory = [
        { type: 'forgotten', min: 2 },
        { type: 'decided', seq: 2, value: 'c' },
      ];
      const paxos = await host.open();
      await turn();
      host.takeEffects();
      paxos.start(1, 'mine');
      paxos.start(2, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
      expect([paxos.min(), paxos.max()]).to.deep.equal([2, 2]);
      expect(paxos.status(1)).to.deep.equal({ fate: 'forgotten' });
      await paxos.kill();
      host.takeEffects();
      paxos.start(3, 'mine');
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
    });

    it('refuses a seq that is not an integer from 0', async () => {
      const paxos = await host.open();
      for (const seq of [-1, 0.5, Number.NaN, 2 ** 53]) {
        expect(() => paxos.start(seq, 'mine'), `${seq}`).to.throw(TypeError);
      }
    });
  });

  describe('done', () => {
    it('raises min within the call where no other peer is needed for that', async () => {
      host.peerCount = 1;
      const paxos = await host.open();
      paxos.done(4);
      expect(paxos.min()).to.equal(5);
      expect(paxos.status(4)).to.deep.equal({ fate: 'forgotten' });
      paxos.done(2);
      expect(paxos.min()).to.equal(5);
      await turn();
      expect(host.takeEffects()).to.deep.equal([]);
    });

    it('is on the next envelope, and waits for the other peers', async () => {
      const paxos = await host.open();
      host.receive(1, { type: 'learn', seq: 0, count: 1 }, plainMark(), 9);
      const request = { type: 'prepare', seq: 20, ballot: { round: 1, peer: 2 } } as const;
      host.receive(2, request, plainMark(), 9);
      await turn();
      paxos.done(4);
      expect(paxos.min()).to.equal(5);
      paxos.done(12);
      expect(paxos.min()).to.equal(10);
      host.receive(1, { type: 'prepare', seq: 8, ballot: foreign });
      await turn();
      expect(host.sent.at(-1)).to.deep.include({ done: 12, min: 10 });
    });

    it('reports what leaves memory in a later turn, not within the call', async () => {
      const sizeOf = ({ length }: string) => length;
      host.options = {
        retention: { type: 'quorum', instances: 1, bytes: 9, sizeOf },
        stateEpoch: 2,
      };
      const paxos = await host.open();
      for (const seq of [0, 1, 2])
        host.receive(1, { type: 'decided', seq, ballot: foreign, value: 'v' }, plainMark(), 2);
      await turn();
      host.takeEffects();
      expect(paxos.retained()).to.deep.equal({ instances: 3, bytes: 3 });
      paxos.done(2);
      expect([paxos.floor(), paxos.min(), paxos.everyPeerMin()]).to.deep.equal([2, 2, 0]);
      expect(paxos.canLearn(0)).to.equal(true);
      expect(host.takeEffects()).to.deep.equal([]);
      await turn();
      expect(host.takeEffects()).to.deep.equal(['truncated 0,1']);
    });

    it('ignores a negative seq, and refuses what is no integer', async () => {
      const paxos = await host.open();
      paxos.done(-100);
      for (const seq of [0.5, Number.NaN, 2 ** 53]) {
        expect(() => paxos.done(seq), `${seq}`).to.throw(TypeError);
        expect(() => paxos.requestDecisions(seq), `${seq}`).to.throw(TypeError);
      }
      expect(paxos.min()).to.equal(0);
    });
  });

  describe('kill', () => {
    it('resolves when the write in flight has ended, and closes transport, then storage', async () => {
      const paxos = await host.open();
      host.prepare(0);
      await turn();
      let isKilled = false;
      const killed = paxos.kill().then(() => {
        isKilled = true;
      });
      await turn();
      expect(isKilled).to.equal(false);
      await host.finishWrite();
      await killed;
      expect(host.takeEffects()).to.deep.equal([
        'write promised',
        'transport closed',
        'storage closed',
      ]);
    });

    it('does its work once, however often it is called', async () => {
      const paxos = await host.open();
      await Promise.all([paxos.kill(), paxos.kill()]);
      await paxos.kill();
      expect(host.takeEffects()).to.deep.equal(['transport closed', 'storage closed']);
      expect(host.stops).to.deep.equal([]);
    });

    it('leaves no timer behind, even when called on a decision', async () => {
      const paxos = await host.open();
      paxos.start(5, 'mine');
      const killed = new Promise<void>((resolve) => {
        host.onDecided = () => resolve(paxos.kill());
      });
      host.receive(1, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      await host.finishWrite();
      await killed;
      expect(host.timerCount).to.equal(0);
    });

    it('writes a decision that names no value together with the vote it rests on', async () => {
      const paxos = await host.open();
      host.prepare(7);
      await turn();
      host.accept(0, 'a');
      host.receive(2, { type: 'decided', seq: 0, ballot: foreign, value: 'a' });
      await turn();
      const killed = paxos.kill();
      await host.finishWrite();
      await host.finishWrite();
      await killed;
      const again = new RecordingHost();
      again.memory = host.written.flat();
      const reopened = await again.open();
      expect(reopened.status(0)).to.deep.equal({ fate: 'decided', value: 'a' });
    });
  });
});
