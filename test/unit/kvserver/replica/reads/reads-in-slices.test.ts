import type { ReplyRoom } from '@paxkv/kvserver/internal/budget/client';
import { noRoom } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { pageBytesMax } from '@paxkv/kvserver/internal/state-machine/store/ranges/pages';
import { expect } from 'chai';
import { key, mebibyte, UnderTest } from './under-test.ts';

describe('Reads, in order and in slices', () => {
  let under: UnderTest;

  beforeEach(() => {
    under = new UnderTest();
  });

  it('waits for its own read index, and for no later one', async () => {
    for (const [name, readIndex] of [
      ['a', 7],
      ['b', 7],
      ['c', 9],
    ] as const) {
      under.add(name);
      await under.quorumReadDone(readIndex);
    }
    expect(under.answered).to.deep.equal([]);
    for (const [at, expected] of [
      [6, 0],
      [7, 2],
      [8, 2],
      [9, 3],
    ] as const) {
      under.applied = at;
      under.reads.onApplied();
      await new Promise(setImmediate);
      expect(under.answered, `at ${at}`).to.have.length(expected);
    }
  });

  it('answers four mebibytes of values in one slice, and none more', async () => {
    under.isInMemory = true;
    under.entry = {
      value: new Uint8Array(mebibyte),
      createRevision: 1,
      modRevision: 1,
      version: 1,
    };
    for (const name of ['a', 'b', 'c', 'd', 'e']) under.reads.addConfirmed(under.confirmed(name));
    await new Promise(setImmediate);
    expect(under.answered).to.have.length(5);
    under.answered = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) under.add(name);
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    // The first quorum read was for one of them alone.
    expect(under.answered).to.have.length(1 + 4);
  });

  it('ends a slice that takes longer than four milliseconds', async () => {
    under.isInMemory = true;
    under.onRead = () => {
      under.nowMs += 1;
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const name of names) under.add(name);
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    expect(under.answered).to.have.length(1 + 5);
    under.world.step();
    await new Promise(setImmediate);
    expect(under.answered).to.deep.equal(names.map((name) => `${name} get`));
  });

  it('reads nothing for a get that was given up while it waited for its turn', async () => {
    under.isInMemory = true;
    let readCount = 0;
    under.onRead = () => {
      readCount += 1;
      under.nowMs += 5;
    };
    const all = ['a', 'b', 'c'].map((name) => under.add(name));
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    expect(readCount).to.equal(2);
    all.at(-1)?.interrupt('over');
    while (under.world.step());
    await new Promise(setImmediate);
    expect(readCount).to.equal(2);
  });

  it('takes room for a whole page before it scans, and none before it counts', async () => {
    const reserved: number[] = [];
    let hasRoom = false;
    let onRoom = () => {};
    const room: ReplyRoom = {
      reserve: (bytes) => reserved.push(bytes) > 0 && hasRoom,
      onRoom: (callback) => {
        onRoom = callback;
      },
    };
    const range = { prefix: key, from: key, to: key, asOf: 'now' } as const;
    const replies: string[] = [];
    for (const command of [
      { type: 'scan', ...range, limit: 10, reverse: false, keysOnly: false },
      { type: 'count', ...range },
    ] as const) {
      const pending = under.pendings.admit(
        { command },
        { room, client: { principal: command.type } },
      );
      pending.reply.then(
        ({ type }) => replies.push(type),
        () => {},
      );
      under.reads.addConfirmed({ command, pending });
    }
    await new Promise(setImmediate);
    expect([new Set(reserved), replies]).to.deep.equal([new Set([pageBytesMax, 0]), []]);
    hasRoom = true;
    onRoom();
    under.world.step();
    await new Promise(setImmediate);
    expect(replies).to.have.members(['scan', 'count']);
  });

  it('reports a state that cannot be read at all, and answers the others', async () => {
    under.isInMemory = true;
    const error = new Error('closed');
    let count = 0;
    under.onRead = () => {
      count += 1;
      if (count === 1) throw error;
    };
    for (const name of ['a', 'b']) under.reads.addConfirmed(under.confirmed(name));
    await new Promise(setImmediate);
    expect(under.failures).to.deep.equal([error]);
    expect(under.answered).to.deep.equal(['b get']);
  });

  it('drops the gets that were given up while a quorum was asked for others', async () => {
    under.add('current');
    const waiting = Array.from({ length: 64 }, (_, index) => under.add(`${index}`));
    for (const pending of waiting) pending.interrupt('over');
    await new Promise(setImmediate);
    under.answered = [];
    under.add('65th');
    under.add('last');
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['current get', '65th get', 'last get']);
    expect(under.quorumReadCount).to.equal(2);
  });

  it('asks the quorum anew for each probe that comes after the last answer', async () => {
    for (let count = 1; count <= 3; count += 1) {
      under.reads.probe();
      expect(under.quorumReadCount).to.equal(count);
      await under.quorumReadDone(5);
    }
    under.reads.probe();
    under.reads.ask();
    expect(under.quorumReadCount).to.equal(5);
  });

  it('tells a revision that is still to come from one that this server has not reached', async () => {
    const codes: string[] = [];
    const askAt = (asOf: number) => {
      const command = { type: 'count', prefix: key, from: key, to: key, asOf } as const;
      const pending = under.pendings.admit({ command }, {});
      pending.reply.catch(({ code }) => codes.push(code));
      return { command, pending };
    };
    under.reads.addConfirmed(askAt(8));
    await new Promise(setImmediate);
    expect(codes).to.deep.equal(['KV_UNAVAILABLE']);
    under.reads.add(askAt(8));
    await under.quorumReadDone(5);
    expect(codes).to.deep.equal(['KV_UNAVAILABLE', 'KV_BAD_REQUEST']);
  });

  it('confirms each get once, however often the state advances', async () => {
    const pending = under.add('a');
    let confirmedCount = 0;
    pending.markConfirmed = () => {
      confirmedCount += 1;
    };
    await under.quorumReadDone(5);
    for (under.applied = 6; under.applied < 9; under.applied += 1) under.reads.onApplied();
    expect(confirmedCount).to.equal(1);
  });

  it('answers nothing where there was no room for a value that came from the disk', async () => {
    under.found = Promise.resolve(noRoom);
    under.add('a');
    await under.quorumReadDone(5);
    expect([under.answered, under.failures]).to.deep.equal([[], []]);
  });

  it('needs no probe while a get waits for its quorum, however long that takes', () => {
    under.add('a');
    under.nowMs += 60_000;
    under.reads.probe();
    expect(under.quorumReadCount).to.equal(1);
  });
});
