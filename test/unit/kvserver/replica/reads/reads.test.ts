import type { ReplyRoom } from '@paxkv/kvserver/internal/budget/client';
import { RequestTiming } from '@paxkv/kvserver/internal/replica/request-timing';
import { expect } from 'chai';
import { key, mebibyte, UnderTest } from './under-test.ts';

describe('Reads', () => {
  let under: UnderTest;

  beforeEach(() => {
    under = new UnderTest();
  });

  it('refuse a range at a revision that cannot be shown, and say whether another server may show it', async () => {
    const codes: string[] = [];
    const askAt = (asOf: number) => {
      const command = { type: 'count', prefix: key, from: key, to: key, asOf } as const;
      const pending = under.pendings.admit({ command }, {});
      pending.reply.catch(({ code, outcome }) => codes.push(`${code} ${outcome}`));
      return { command, pending };
    };
    for (const asOf of [6, 8]) under.reads.add(askAt(asOf));
    for (const asOf of [6, 8]) under.reads.addConfirmed(askAt(asOf));
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    expect(codes.sort()).to.deep.equal([
      ...['KV_BAD_REQUEST not done', 'KV_COMPACTED not done', 'KV_COMPACTED not done'],
      'KV_UNAVAILABLE not done',
    ]);
    expect(under.failures).to.deep.equal([]);
  });

  it('notes when a quorum was asked for each get, and when it had answered', async () => {
    const [first, second] = [0, 1].map(
      () => new RequestTiming('get', { transport: 'http', id: 'a' }, 0),
    );
    under.add('a', { timing: first });
    under.nowMs = 110;
    under.add('b', { timing: second });
    under.nowMs = 120;
    await under.quorumReadDone(5);
    under.nowMs = 150;
    await under.quorumReadDone(5);
    const times = [first, second].map((timing) => [timing?.proposed?.atMs, timing?.decided?.atMs]);
    expect(times).to.deep.equal([
      [100, 120],
      [120, 150],
    ]);
  });

  it('answers once a quorum gave the read index, and the state has reached it', async () => {
    under.add('a');
    expect(under.quorumReadCount).to.equal(1);
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['a get']);
    under.add('b');
    await under.quorumReadDone(7);
    expect(under.answered).to.deep.equal(['a get']);
    under.applied = 6;
    under.reads.onApplied();
    under.applied = 7;
    under.reads.onApplied();
    await new Promise(setImmediate);
    expect(under.answered).to.deep.equal(['a get', 'b get']);
  });

  it('starts one new quorum read for all reads that arrived during the last one', async () => {
    under.add('a');
    under.add('b');
    under.add('c');
    expect(under.quorumReadCount).to.equal(1);
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['a get']);
    expect(under.quorumReadCount).to.equal(2);
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['a get', 'b get', 'c get']);
    expect(under.quorumReadCount).to.equal(2);
  });

  it('starts no quorum read for abandoned reads', async () => {
    under.add('a');
    under.add('b').interrupt('stopped');
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['b refused', 'a get']);
    expect(under.quorumReadCount).to.equal(1);
  });

  it('looks for abandoned reads among those that wait a few times for each, however many wait', () => {
    const count = 4096;
    let lookCount = 0;
    under.add('current');
    for (let number = 0; number < count; number += 1) {
      const command = { type: 'get', key } as const;
      const pending = under.pendings.admit({ command });
      const isSettled = () => {
        lookCount += 1;
        return false;
      };
      under.reads.add({
        command,
        pending: Object.create(pending, { isSettled: { get: isSettled } }),
      });
    }
    expect(lookCount).to.be.within(1, 2 * count);
  });

  it('probes the quorum without a read, and takes the answer as evidence', async () => {
    under.reads.probe();
    expect(under.quorumReadCount).to.equal(1);
    await under.quorumReadDone(5);
    expect(under.reads.contact).to.deep.equal({ answeredMs: 100, currentMs: 100 });
    await under.quorumReadDone(7);
    expect(under.quorumReadCount).to.equal(1);
  });

  it('probes at most once while a question is under way, and anew if it stays without an answer', () => {
    under.reads.probe();
    under.nowMs += 999;
    under.reads.probe();
    expect(under.quorumReadCount).to.equal(1);
    under.nowMs += 1;
    under.reads.probe();
    expect(under.quorumReadCount).to.equal(2);
  });

  it('needs no probe while reads ask the quorum', async () => {
    under.add('a');
    under.reads.probe();
    expect(under.quorumReadCount).to.equal(1);
    await under.quorumReadDone(5);
    expect(under.reads.contact.answeredMs).to.equal(100);
  });

  it('lets no read wait for a probe, whose question came before it', async () => {
    under.reads.probe();
    under.nowMs = 105;
    under.add('a');
    expect(under.quorumReadCount).to.equal(2);
    await under.quorumReadDone(5);
    expect(under.answered).to.deep.equal(['a get']);
    expect(under.reads.contact.answeredMs).to.equal(105);
  });

  it('knows the state to be current once it has reached the read index', async () => {
    under.reads.probe();
    await under.quorumReadDone(7);
    expect(under.reads.contact.currentMs).to.equal(undefined);
    under.applied = 7;
    under.reads.onApplied();
    expect(under.reads.contact.currentMs).to.equal(100);
  });

  it('reports an unanswered read as not done', async () => {
    const { reply } = under.add('a');
    under.pendings.interruptAll('stopping');
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
  });

  it('answers large values a few at a time, in order', async () => {
    under.isInMemory = true;
    under.entry = {
      value: new Uint8Array(mebibyte),
      createRevision: 1,
      modRevision: 1,
      version: 1,
    };
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];
    for (const name of names) under.add(name);
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    const firstCount = under.answered.length;
    expect(firstCount).to.be.within(4, 5);
    // What arrives meanwhile waits for its turn.
    under.add('k');
    await under.quorumReadDone(5);
    expect(under.answered).to.have.length(firstCount);
    for (let turn = 0; turn < 4; turn += 1) {
      under.world.step();
      await new Promise(setImmediate);
    }
    expect(under.answered).to.deep.equal([...names, 'k'].map((name) => `${name} get`));
  });

  it('reserves room before it reads, and reads once there is room', async () => {
    under.isInMemory = true;
    under.entry = { value: new Uint8Array(10), createRevision: 1, modRevision: 1, version: 1 };
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
    under.add('a', { client: slow, room });
    const waiting = under.add('b', { client: slow, room });
    under.add('c', { client: other });
    await under.quorumReadDone(5);
    await under.quorumReadDone(5);
    expect(under.answered).to.have.members(['a get', 'c get']);
    free = 10;
    onRoom();
    under.world.step();
    await new Promise(setImmediate);
    expect(under.answered).to.have.members(['a get', 'c get', 'b get']);
    expect(waiting.isSettled).to.equal(true);
  });

  it('ends a get that found no room in time as overloaded, and so not done', async () => {
    under.isInMemory = true;
    const room = { reserve: () => false, onRoom: () => {} };
    const { reply } = under.add('a', { client: { principal: 'a' }, room });
    await under.quorumReadDone(5);
    while (under.world.step());
    const error = await reply.catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'KV_OVERLOADED', outcome: 'not done', retryAfterMs: 200 });
  });

  it('answers a serializable get at once, without a quorum', async () => {
    under.isInMemory = true;
    const request = { command: { type: 'get', key }, consistency: 'serializable' } as const;
    const pending = under.pendings.admit(request, {});
    under.reads.addConfirmed({ command: { type: 'get', key }, pending });
    expect(await pending.reply).to.have.property('type', 'get');
    expect(under.quorumReadCount).to.equal(0);
  });

  it('reports an unreadable state to its host, and answers nothing', async () => {
    under.failure = new Error('damaged row');
    under.add('a');
    await under.quorumReadDone(5);
    expect(under.failures).to.deep.equal([under.failure]);
    expect(under.answered).to.deep.equal([]);
  });
});
