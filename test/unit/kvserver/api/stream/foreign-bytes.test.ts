/** Streams with malformed frames, and with clients that do not read or send too much. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FairBound } from '@paxkv/kvserver/internal/budget/fair-bound';
import type { Reply } from '@paxkv/protocol';
import { expect } from 'chai';
import fc from 'fast-check';
import { encodePairs, inRoom, type StreamClient, StreamUnderTest } from './stream-under-test.ts';

const key = Buffer.from('k');
const mebibyte = 1024 * 1024;

describe('StreamConnection with malformed input', () => {
  let stream: StreamUnderTest;

  async function open(limits?: Parameters<typeof StreamUnderTest.open>[0]) {
    stream = await StreamUnderTest.open(limits);
    return stream;
  }
  afterEach(() => stream.close());

  function got(bytes: number): Reply {
    const value = Buffer.alloc(bytes, 1);
    return { type: 'get', entry: { value, createRevision: 1, modRevision: 1, version: 1 } };
  }

  for (const [what, frame] of [
    ['text', 'hello'],
    ['no bytes', Buffer.alloc(0)],
    ['noise', Buffer.alloc(100, 0xc1)],
    [
      'a good request and then what is no row',
      encodePairs([
        [1, [[0, key]]],
        [2, key],
      ]),
    ],
  ] as const) {
    it(`ends a connection that sends ${what}, and submits nothing`, async () => {
      await open();
      const client = await stream.connect();
      client.socket.send(frame);
      const { code, reason } = await client.closed();
      expect(code).to.equal(1008);
      expect(reason).to.match(/^[\x20-\x7e]{5,120}$/);
      expect(stream.replica.requests).to.deep.equal([]);
      await stream.servesOthers();
    });
  }

  it('ends a connection whose frame is over the limit, before it has arrived', async () => {
    await open();
    const client = await stream.connect();
    client.socket.send(Buffer.alloc(3 * mebibyte));
    expect(await client.closed()).to.have.property('code', 1009);
    await stream.servesOthers();
  });

  for (const [what, command, code] of [
    ['an empty key', [0, Buffer.alloc(0)], 'KV_BAD_REQUEST'],
    ['a key over its limit', [3, Buffer.alloc(1025)], 'KV_TOO_LARGE'],
    ['a value over its limit', [1, key, Buffer.alloc(mebibyte + 1)], 'KV_TOO_LARGE'],
    ['a tag of no command', [99, key], 'KV_BAD_REQUEST'],
    ['too many fields', [0, key, key], 'KV_BAD_REQUEST'],
  ] as const) {
    it(`answers a request with ${what} by an error, and serves the others`, async () => {
      await open();
      const client = await stream.connect();
      client.ask([1, [[1, key, key]]], [2, [command]], [3, [[1, key, key]]]);
      await client.until(() => client.replies.size === 3);
      client.ask([4, [[1, key, key]]]);
      expect((await client.reply(2)).slice(0, 3)).to.deep.equal([-1, code, 'not done']);
      for (const id of [1, 3, 4]) expect(await client.reply(id)).to.have.property('0', 1);
      expect(stream.replica.requests).to.have.length(3);
      expect(stream.logLines).to.deep.equal([]);
    });
  }

  it('accepts a request of the maximum size', async () => {
    await open();
    const client = await stream.connect();
    const stamp = [2 ** 52, 2 ** 52, 2 ** 52];
    client.ask([0xffff_ffff, [[1, Buffer.alloc(1024, 1), Buffer.alloc(mebibyte)], ...stamp]]);
    expect(await client.reply(0xffff_ffff)).to.deep.equal([1, 1]);
  });

  it('survives random frames and random bytes', async () => {
    await open();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.boolean(), async (bytes, isFrame) => {
        const client = await stream.connect();
        if (isFrame) client.socket.send(bytes);
        else rawSocketOf(client).write(Buffer.concat([Buffer.from([0x8a]), bytes]));
        rawSocketOf(client).end();
        await client.closed();
      }),
      { numRuns: 60 },
    );
    await stream.servesOthers();
    expect(stream.logLines).to.deep.equal([]);
  });

  it('ends a connection that sends endless fragments', async () => {
    await open();
    const client = await stream.connect();
    for (let count = 0; count < 20_000; count += 1) client.socket.send('a', { fin: false });
    expect((await client.closed()).code).to.be.oneOf([1006, 1008]);
    await stream.servesOthers();
  });

  it('refuses requests over its limit, as not done, and answers the others', async () => {
    await open({ inFlightCountMax: 3 });
    let answers: (() => void)[] = [];
    stream.replica.script = () =>
      new Promise((resolve) => answers.push(() => resolve({ type: 'put', revision: 1 })));
    const client = await stream.connect();
    for (const id of [1, 2, 3, 4]) client.ask([id, [[1, key, key]]]);
    expect((await client.reply(4)).slice(0, 3)).to.deep.equal([-1, 'KV_OVERLOADED', 'not done']);
    expect(client.replies.size).to.equal(1);
    for (const answer of answers.splice(0)) answer();
    await client.until(() => client.replies.size === 4);
    client.ask([5, [[1, key, key]]]);
    await stream.replica.arrived(4);
    for (const answer of answers.splice(0)) answer();
    expect(await client.reply(5)).to.deep.equal([1, 1]);
    answers = [];
  });

  it('reads on only after it has answered enough requests', async () => {
    await open({ inFlightBytesMax: mebibyte });
    const answers: (() => void)[] = [];
    stream.replica.script = () =>
      new Promise((resolve) => answers.push(() => resolve({ type: 'put', revision: 1 })));
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const serverEnd = await opened;
    const value = Buffer.alloc(mebibyte / 2);
    for (let id = 0; id < 40; id += 1) client.ask([id, [[1, key, value]]]);
    await stream.replica.arrived(2);
    expect(serverEnd.isPaused()).to.equal(true);
    for (const answer of answers.splice(0)) answer();
    await client.reply(0);
    while (client.replies.size < 40) {
      expect(answers.length).to.be.at.most(3);
      for (const answer of answers.splice(0)) answer();
      await new Promise(setImmediate);
    }
  });

  it('stops reading from a client that does not read, until it does', async () => {
    await open({ unsentBytesMax: mebibyte });
    const reply = got(64 * 1024);
    stream.replica.script = async () => reply;
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const serverEnd = await opened;
    client.socket.pause();
    const stalled = once(serverEnd, 'pause');
    for (let id = 0; id < 250; id += 1) client.ask([id, [[0, key]]]);
    await stalled;
    expect(serverEnd.writableLength).to.be.below(17 * mebibyte);
    client.socket.resume();
    await client.until(() => client.replies.size === 250);
    const values = [...client.replies.values()].filter(([tag]) => tag === 0);
    expect(values.length).to.be.above(10);
    await stream.servesOthers();
  });

  it('keeps no more unread values than its limit, and sends all once they are read', async () => {
    await open();
    stream.replica.script = inRoom(got(mebibyte));
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const serverEnd = await opened;
    client.socket.pause();
    askFor(client, 100);
    await stream.replica.arrived(100);
    for (let turn = 0; turn < 20; turn += 1) await stream.servesOthers();
    expect(serverEnd.writableLength).to.be.within(mebibyte, 18 * mebibyte);
    client.socket.resume();
    await client.until(() => client.replies.size === 100);
    expect([...client.replies.values()].filter(([tag]) => tag === 0)).to.have.length(100);
  });

  it('keeps no more unread values of all clients than the budget, and forgets those of a lost one', async () => {
    const budget = new FairBound(30 * mebibyte);
    stream = await StreamUnderTest.open({ shortSlowMsMax: 60_000 }, budget);
    stream.replica.script = inRoom(got(mebibyte));
    const clients = await Promise.all([1, 2, 3, 4].map(() => stream.connect()));
    for (const client of clients) {
      client.socket.pause();
      askFor(client, 50);
    }
    await stream.replica.arrived(200);
    for (let turn = 0; turn < 20; turn += 1) await stream.servesOthers();
    expect(budget.used).to.be.within(10 * mebibyte, 30 * mebibyte);
    const [lost, ...others] = clients;
    lost?.socket.terminate();
    for (const client of others) client.socket.resume();
    for (const client of others) await client.until(() => client.replies.size === 50);
    while (budget.used > 0) await new Promise(setImmediate);
  });

  it('closes a client that does not read, with a code, and sooner while others wait for room', async () => {
    const budget = new FairBound(30 * mebibyte);
    stream = await StreamUnderTest.open({ slowMsMax: 60_000, shortSlowMsMax: 700 }, budget);
    stream.replica.script = inRoom(got(mebibyte));
    const slow = await stream.connect();
    slow.socket.pause();
    askFor(slow, 2);
    const opened = stream.nextConnection();
    const greedy = await stream.connect();
    const closed = once(await opened, 'close');
    greedy.socket.pause();
    askFor(greedy, 50);
    const honest = await stream.connect();
    askFor(honest, 40);
    await closed;
    await honest.until(() => honest.replies.size === 40);
    greedy.socket.resume();
    expect((await greedy.closed()).code).to.be.oneOf([1006, 1008]);
    while (budget.used > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });

  it('closes a client that does not read a frame in time, though nobody waits', async () => {
    stream = await StreamUnderTest.open({ slowMsMax: 300 });
    stream.replica.script = inRoom(got(mebibyte));
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const closed = once(await opened, 'close');
    client.socket.pause();
    askFor(client, 12);
    await closed;
  });

  it('counts the bytes of requests and of frames that have not arrived completely', async () => {
    const budget = new FairBound(2 * mebibyte);
    stream = await StreamUnderTest.open(undefined, budget);
    stream.replica.script = () => new Promise(() => undefined);
    const client = await stream.connect();
    client.ask([1, [[1, key, Buffer.alloc(mebibyte / 2)]]]);
    await stream.replica.arrived(1);
    expect(budget.used).to.be.within(mebibyte / 2, mebibyte);
    askFor(client, 3000, 2);
    const [tag, ...error] = await client.reply(3001);
    expect([tag, ...error.slice(0, 2), error[3]]).to.deep.equal([
      ...[-1, 'KV_OVERLOADED', 'not done', 200],
    ]);
    const partial = await stream.connect();
    const frame = Buffer.alloc(mebibyte - 2);
    rawSocketOf(partial).write(
      Buffer.concat([
        Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x0f, 0xff, 0xff, 0, 0, 0, 0]),
        frame,
      ]),
    );
    expect(await partial.closed()).to.have.property('code', 1013);
    await client.close();
    while (budget.used > 0) await new Promise(setImmediate);
  });

  it('ends a connection that uses an id again before its reply', async () => {
    await open();
    stream.replica.script = () => new Promise(() => undefined);
    const client = await stream.connect();
    client.ask([7, [[1, key, key]]], [8, [[1, key, key]]], [7, [[3, key]]]);
    expect(await client.closed()).to.deep.equal({
      code: 1008,
      reason: 'the id 7 is in flight already',
    });
    expect(stream.replica.requests).to.have.length(2);
    await stream.servesOthers();
  });

  it('ends a connection that sends too many pings, though it reads the answers', async () => {
    await open({ controlRateMax: 20 });
    const client = await stream.connect();
    for (let count = 0; count < 20; count += 1) client.socket.ping();
    await once(client.socket, 'pong');
    for (let count = 0; count < 30; count += 1) client.socket.ping();
    expect(await client.closed()).to.have.property('code', 1008);
    await stream.servesOthers();
  });

  it('disconnects a client that sends pings without end', async () => {
    await open();
    const opened = stream.nextConnection();
    const client = await stream.connect();
    const closed = once(await opened, 'close');
    for (let count = 0; count < 50_000; count += 1) client.socket.ping();
    await closed;
    await client.closed();
    await stream.servesOthers();
  });

  it('survives a connection that is reset within a frame', async () => {
    await open();
    const socket: Socket = connect(stream.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const head = ['GET /v1/stream HTTP/1.1', 'host: localhost', 'connection: upgrade'];
    const more = ['upgrade: websocket', 'sec-websocket-version: 13'];
    const secret = `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`;
    const opened = stream.nextConnection();
    socket.write([...head, ...more, secret, '', ''].join('\r\n'));
    const serverEnd = await opened;
    await once(socket, 'data');
    socket.write(Buffer.from([0x82, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 5]));
    const closed = once(serverEnd, 'close');
    socket.resetAndDestroy();
    await closed;
    await stream.servesOthers();
  });
});

function askFor(client: StreamClient, count: number, first = 0): void {
  const ids = Array.from({ length: count }, (_, index) => first + index);
  client.ask(...ids.map((id): [number, unknown] => [id, [[0, key]]]));
}

/** The socket below a WebSocket, for writing bytes that are no frame. */
function rawSocketOf({ socket }: { socket: object }): Socket {
  const { _socket: raw } = socket as { _socket: Socket };
  return raw;
}
