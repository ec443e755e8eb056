import type { ReplyRoom } from '@paxkv/kvserver/internal/budget/client';
import { limitsDefault } from '@paxkv/kvserver/internal/config/settings';
import { Reads } from '@paxkv/kvserver/internal/replica/reads/reads';
import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { PendingRequests } from '@paxkv/kvserver/internal/replica/requests/pending-requests';
import type { SubmitOptions } from '@paxkv/kvserver/internal/replica/submitter';
import { OwnSession } from '@paxkv/kvserver/internal/replica/writes/own-session';
import { noRoom } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { pageBytesMax } from '@paxkv/kvserver/internal/state-machine/store/ranges/pages';
import type { Entry } from '@paxkv/protocol';
import { World } from '@paxkv/simulator';
import { expect } from 'chai';

const key = Buffer.from('k');
const mebibyte = 2 ** 20;

describe('Reads', () => {
  let pendings: PendingRequests;
  let reads: Reads;
  let quorumReadCount: number;
  let applied: number;
  let answered: string[];
  let failures: unknown[];
  let failure: Error | undefined;
  let nowMs: number;
  let entry: Entry | undefined;
  let isInMemory: boolean;
  /** Called when a key is read. */
  let onRead: () => void;
  let world: World;

  beforeEach(() => {
    nowMs = 100;
    world = new World({ seed: 1 });
    pendings = new PendingRequests({
      clock: world.clock,
      limits: limitsDefault,
      session: new OwnSession(),
    });
    quorumReadCount = 0;
    applied = 5;
    answered = [];
    failures = [];
    failure = undefined;
    entry = undefined;
    isInMemory = false;
    onRead = () => {};
    reads = new Reads({
      paxos: {
        readIndex: () => {
          quorumReadCount += 1;
        },
      },
      clock: { now: () => nowMs, at: (atMs, action) => world.clock.at(atMs, action) },
      steps: { mark: () => ({ atMs: nowMs, flushedMs: 0 }) },
      state: {
        get applied() {
          return applied;
        },
        read: (_key, hasRoom) => {
          onRead();
          if (!hasRoom(isInMemory ? (entry?.value.length ?? 0) : mebibyte)) return noRoom;
          if (isInMemory) return entry;
          return failure === undefined ? Promise.resolve(entry) : Promise.reject(failure);
        },
        readRange: async ({ type, asOf }) => {
          if (failure !== undefined) throw failure;
          if (asOf !== 'now') return asOf < 7 ? 'compacted' : 'ahead';
          const page = { revision: 7, next: undefined };
          return type === 'scan' ? { type, entries: [], ...page } : { type, count: 0, ...page };
        },
      },
      onFailed: (error) => failures.push(error),
    });
  });

  function add(name: string, options: SubmitOptions = {}) {
    const request = { command: { type: 'get', key } } as const;
    const pending = pendings.admit(request, options);
    pending.reply.then(
      ({ type }) => answered.push(`${name} ${type}`),
      () => answered.push(`${name} refused`),
    );
    reads.add({ command: request.command, pending });
    return pending;
  }

  /** A get that needs no quorum. */
  function confirmed(name: string) {
    const command = { type: 'get', key } as const;
    const pending = pendings.admit({ command });
    pending.reply.then(
      ({ type }) => answered.push(`${name} ${type}`),
      () => answered.push(`${name} refused`),
    );
    return { command, pending };
  }

  async function quorumReadDone(upTo: number): Promise<void> {
    reads.onReadIndex(upTo);
    await new Promise(setImmediate);
  }

  it('refuse a range at a revision that cannot be shown, and say whether another server may show it', async () => {
    const codes: string[] = [];
    const askAt = (asOf: number) => {
      const command = { type: 'count', prefix: key, from: key, to: key, asOf } as const;
      const pending = pendings.admit({ command }, {});
      pending.reply.catch(({ code, outcome }) => codes.push(`${code} ${outcome}`));
      return { command, pending };
    };
    for (const asOf of [6, 8]) reads.add(askAt(asOf));
    for (const asOf of [6, 8]) reads.addConfirmed(askAt(asOf));
    await quorumReadDone(5);
    await quorumReadDone(5);
    expect(codes.sort()).to.deep.equal([
      ...['KV_BAD_REQUEST not done', 'KV_COMPACTED not done', 'KV_COMPACTED not done'],
      'KV_UNAVAILABLE not done',
    ]);
    expect(failures).to.deep.equal([]);
  });

  it('notes when a quorum was asked for each get, and when it had answered', async () => {
    const [first, second] = [0, 1].map(
      () => new RequestTiming('get', { transport: 'http', id: 'a' }, 0),
    );
    add('a', { timing: first });
    nowMs = 110;
    add('b', { timing: second });
    nowMs = 120;
    await quorumReadDone(5);
    nowMs = 150;
    await quorumReadDone(5);
    const times = [first, second].map((timing) => [timing?.proposed?.atMs, timing?.decided?.atMs]);
    expect(times).to.deep.equal([
      [100, 120],
      [120, 150],
    ]);
  });

  it('answers once a quorum gave the read index, and the state has reached it', async () => {
    add('a');
    expect(quorumReadCount).to.equal(1);
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['a get']);
    add('b');
    await quorumReadDone(7);
    expect(answered).to.deep.equal(['a get']);
    applied = 6;
    reads.onApplied();
    applied = 7;
    reads.onApplied();
    await new Promise(setImmediate);
    expect(answered).to.deep.equal(['a get', 'b get']);
  });

  it('starts one new quorum read for all reads that arrived during the last one', async () => {
    add('a');
    add('b');
    add('c');
    expect(quorumReadCount).to.equal(1);
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['a get']);
    expect(quorumReadCount).to.equal(2);
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['a get', 'b get', 'c get']);
    expect(quorumReadCount).to.equal(2);
  });

  it('starts no quorum read for abandoned reads', async () => {
    add('a');
    add('b').interrupt('stopped');
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['b refused', 'a get']);
    expect(quorumReadCount).to.equal(1);
  });

  it('looks for abandoned reads among those that wait a few times for each, however many wait', () => {
    const count = 4096;
    let lookCount = 0;
    add('current');
    for (let number = 0; number < count; number += 1) {
      const command = { type: 'get', key } as const;
      const pending = pendings.admit({ command });
      const isSettled = () => {
        lookCount += 1;
        return false;
      };
      reads.add({
        command,
        pending: Object.create(pending, { isSettled: { get: isSettled } }),
      });
    }
    expect(lookCount).to.be.within(1, 2 * count);
  });

  it('probes the quorum without a read, and takes the answer as evidence', async () => {
    reads.probe();
    expect(quorumReadCount).to.equal(1);
    await quorumReadDone(5);
    expect(reads.contact).to.deep.equal({ answeredMs: 100, currentMs: 100 });
    await quorumReadDone(7);
    expect(quorumReadCount).to.equal(1);
  });

  it('probes at most once while a question is under way, and anew if it stays without an answer', () => {
    reads.probe();
    nowMs += 999;
    reads.probe();
    expect(quorumReadCount).to.equal(1);
    nowMs += 1;
    reads.probe();
    expect(quorumReadCount).to.equal(2);
  });

  it('needs no probe while reads ask the quorum', async () => {
    add('a');
    reads.probe();
    expect(quorumReadCount).to.equal(1);
    await quorumReadDone(5);
    expect(reads.contact.answeredMs).to.equal(100);
  });

  it('lets no read wait for a probe, whose question came before it', async () => {
    reads.probe();
    nowMs = 105;
    add('a');
    expect(quorumReadCount).to.equal(2);
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['a get']);
    expect(reads.contact.answeredMs).to.equal(105);
  });

  it('knows the state to be current once it has reached the read index', async () => {
    reads.probe();
    await quorumReadDone(7);
    expect(reads.contact.currentMs).to.equal(undefined);
    applied = 7;
    reads.onApplied();
    expect(reads.contact.currentMs).to.equal(100);
  });

  it('reports an unanswered read as not done', async () => {
    const { reply } = add('a');
    pendings.interruptAll('stopping');
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
  });

  it('answers large values a few at a time, in order', async () => {
    isInMemory = true;
    entry = { value: new Uint8Array(mebibyte), createRevision: 1, modRevision: 1, version: 1 };
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    for (const name of names) add(name);
    await quorumReadDone(5);
    await quorumReadDone(5);
    const firstCount = answered.length;
    expect(firstCount).to.be.within(4, 5);
    // What arrives meanwhile waits for its turn.
    add('k');
    await quorumReadDone(5);
    expect(answered).to.have.length(firstCount);
    for (let turn = 0; turn < 4; turn += 1) {
      world.step();
      await new Promise(setImmediate);
    }
    expect(answered).to.deep.equal([...names, 'k'].map((name) => `${name} get`));
  });

  it('reserves room before it reads, and reads once there is room', async () => {
    isInMemory = true;
    entry = { value: new Uint8Array(10), createRevision: 1, modRevision: 1, version: 1 };
    let free = 15;
    let onRoom = () => {};
    const room: ReplyRoom = {
      reserve: (bytes) => {
        if (bytes > free) return false;
        free -= bytes;
        return true;
      },
      onRoom: (callback) => {
        onRoom = callback;
      },
    };
    const [slow, other] = [{ principal: 'slow' }, { principal: 'other' }];
    add('a', { client: slow, room });
    const waiting = add('b', { client: slow, room });
    add('c', { client: other });
    await quorumReadDone(5);
    await quorumReadDone(5);
    expect(answered).to.have.members(['a get', 'c get']);
    free = 10;
    onRoom();
    world.step();
    await new Promise(setImmediate);
    expect(answered).to.have.members(['a get', 'c get', 'b get']);
    expect(waiting.isSettled).to.equal(true);
  });

  it('ends a get that found no room in time as overloaded, and so not done', async () => {
    isInMemory = true;
    const room = { reserve: () => false, onRoom: () => {} };
    const { reply } = add('a', { client: { principal: 'a' }, room });
    await quorumReadDone(5);
    while (world.step());
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_OVERLOADED', outcome: 'not done', retryAfterMs: 200 });
  });

  it('answers a serializable get at once, without a quorum', async () => {
    isInMemory = true;
    const request = { command: { type: 'get', key }, consistency: 'serializable' } as const;
    const pending = pendings.admit(request, {});
    reads.addConfirmed({ command: { type: 'get', key }, pending });
    expect(await pending.reply).to.have.property('type', 'get');
    expect(quorumReadCount).to.equal(0);
  });

  it('reports an unreadable state to its host, and answers nothing', async () => {
    failure = new Error('damaged row');
    add('a');
    await quorumReadDone(5);
    expect(failures).to.deep.equal([failure]);
    expect(answered).to.deep.equal([]);
  });

  it('waits for its own read index, and for no later one', async () => {
    for (const [name, readIndex] of [
      ['a', 7],
      ['b', 7],
      ['c', 9],
    ] as const) {
      add(name);
      await quorumReadDone(readIndex);
    }
    expect(answered).to.deep.equal([]);
    for (const [at, expected] of [
      [6, 0],
      [7, 2],
      [8, 2],
      [9, 3],
    ] as const) {
      applied = at;
      reads.onApplied();
      await new Promise(setImmediate);
      expect(answered, `at ${at}`).to.have.length(expected);
    }
  });

  it('answers four mebibytes of values in one slice, and none more', async () => {
    isInMemory = true;
    entry = { value: new Uint8Array(mebibyte), createRevision: 1, modRevision: 1, version: 1 };
    for (const name of ['a', 'b', 'c', 'd', 'e']) reads.addConfirmed(confirmed(name));
    await new Promise(setImmediate);
    expect(answered).to.have.length(5);
    answered = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) add(name);
    await quorumReadDone(5);
    await quorumReadDone(5);
    // The first quorum read was for one of them alone.
    expect(answered).to.have.length(1 + 4);
  });

  it('ends a slice that takes longer than four milliseconds', async () => {
    isInMemory = true;
    onRead = () => {
      nowMs += 1;
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    for (const name of names) add(name);
    await quorumReadDone(5);
    await quorumReadDone(5);
    expect(answered).to.have.length(1 + 5);
    world.step();
    await new Promise(setImmediate);
    expect(answered).to.deep.equal(names.map((name) => `${name} get`));
  });

  it('reads nothing for a get that was given up while it waited for its turn', async () => {
    isInMemory = true;
    let readCount = 0;
    onRead = () => {
      readCount += 1;
      nowMs += 5;
    };
    const all = ['a', 'b', 'c'].map((name) => add(name));
    await quorumReadDone(5);
    await quorumReadDone(5);
    expect(readCount).to.equal(2);
    all.at(-1)?.interrupt('over');
    while (world.step());
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
      const pending = pendings.admit({ command }, { room, client: { principal: command.type } });
      pending.reply.then(
        ({ type }) => replies.push(type),
        () => {},
      );
      reads.addConfirmed({ command, pending });
    }
    await new Promise(setImmediate);
    expect([new Set(reserved), replies]).to.deep.equal([new Set([pageBytesMax, 0]), []]);
    hasRoom = true;
    onRoom();
    world.step();
    await new Promise(setImmediate);
    expect(replies).to.have.members(['scan', 'count']);
  });

  it('reports a state that cannot be read at all, and answers the others', async () => {
    isInMemory = true;
    const error = new Error('closed');
    let count = 0;
    onRead = () => {
      count += 1;
      if (count === 1) throw error;
    };
    for (const name of ['a', 'b']) reads.addConfirmed(confirmed(name));
    await new Promise(setImmediate);
    expect(failures).to.deep.equal([error]);
    expect(answered).to.deep.equal(['b get']);
  });

  it('drops the gets that were given up while a quorum was asked for others', async () => {
    add('current');
    const waiting = Array.from({ length: 64 }, (_, index) => add(`${index}`));
    for (const pending of waiting) pending.interrupt('over');
    await new Promise(setImmediate);
    answered = [];
    add('65th');
    add('last');
    await quorumReadDone(5);
    await quorumReadDone(5);
    expect(answered).to.deep.equal(['current get', '65th get', 'last get']);
    expect(quorumReadCount).to.equal(2);
  });

  it('asks the quorum anew for each probe that comes after the last answer', async () => {
    for (let count = 1; count <= 3; count += 1) {
      reads.probe();
      expect(quorumReadCount).to.equal(count);
      await quorumReadDone(5);
    }
    reads.probe();
    reads.ask();
    expect(quorumReadCount).to.equal(5);
  });
});
