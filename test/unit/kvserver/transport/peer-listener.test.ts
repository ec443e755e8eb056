import { once } from 'node:events';
import { connect } from 'node:net';
import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { formats, peerPath } from '@paxkv/kvserver/internal/transport/handshake';
import { seqOf } from '@paxkv/paxos';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { call, hello, learn, lone, type Station } from './fixtures.ts';
import { samples } from './samples.ts';

const upgradeHead = `GET ${peerPath} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: `;
const upgradeKey =
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';

const welcome = { type: 'welcome', formatVersion: formats.max };

describe('PeerListener', () => {
  let station: Station;
  const callers: WebSocket[] = [];

  beforeEach(async () => {
    station = await lone({ limits: { valueBytesMax: 1000, unauthenticatedCountMax: 4 } });
  });
  afterEach(async () => {
    for (const caller of callers.splice(0)) caller.terminate();
    await station.close();
  });

  async function caller(): Promise<WebSocket> {
    const socket = await call(station);
    callers.push(socket);
    return socket;
  }

  /** A caller whose hello was answered, with the answer. */
  async function greeted(
    greeting: object = hello(),
  ): Promise<{ socket: WebSocket; answer: unknown }> {
    const socket = await caller();
    socket.send(pack(greeting));
    const [data] = await once(socket, 'message');
    return { socket, answer: unpack(data) };
  }

  async function closeOf(socket: WebSocket): Promise<string> {
    const [, reason] = await once(socket, 'close');
    return String(reason);
  }

  it('welcomes a server, and delivers what it sends', async () => {
    const { socket, answer } = await greeted();
    expect(answer).to.deep.equal(welcome);
    socket.send(Buffer.concat(samples.map(pack)));
    await station.inbox.until((inbox) => inbox.received.length === samples.length);
    expect(station.inbox.received).to.deep.equal(samples);
    expect(station.transport.counts().received).to.equal(samples.length);
  });

  it('refuses with a reason, closes, counts, and warns once', async () => {
    for (let count = 0; count < 2; count += 1) {
      const { socket, answer } = await greeted(hello({ clusterId: 'other' }));
      const reason = 'wrong cluster: this server belongs to another one';
      expect(answer).to.deep.equal({ type: 'refusal', reason });
      expect(await closeOf(socket)).to.equal(reason);
    }
    expect(station.transport.counts().refusedConnections).to.equal(2);
    const warnings = station.log.lines.filter(({ msg }) => msg === 'peer connection refused');
    expect(warnings.map(({ level }) => level)).to.deep.equal([40, 20]);
  });

  it('refuses a wrong node, its own id, another count, another format and an older run', async () => {
    await greeted(hello({ bootCount: 2 }));
    const wrongs = [
      { to: 1 },
      { from: 0 },
      { nodeCount: 5 },
      { formatVersion: 5, formatVersionMin: 5 },
      { bootCount: 1 },
    ];
    for (const wrong of wrongs) {
      const { socket, answer } = await greeted(hello(wrong));
      expect(answer, JSON.stringify(wrong)).to.include({ type: 'refusal' });
      await closeOf(socket);
    }
    expect(station.transport.counts().refusedConnections).to.equal(wrongs.length);
  });

  it('accepts a run with a lower bootCount once the connection of the other has ended', async () => {
    const { socket } = await greeted(hello({ bootCount: 2 }));
    socket.terminate();
    for (;;) {
      const { answer } = await greeted(hello({ bootCount: 1 }));
      if (JSON.stringify(answer).includes('welcome')) break;
    }
  });

  it('processes nothing before the hello, and nothing after a refused one', async () => {
    const early = await caller();
    early.send(pack(learn(1)));
    early.send(pack(hello()));
    early.send(pack(learn(2)));
    expect(await closeOf(early)).to.include('no hello');
    const { socket } = await greeted(hello({ clusterId: 'other' }));
    socket.send(pack(learn(3)));
    await closeOf(socket);
    expect(station.inbox.received).to.deep.equal([]);
  });

  it('closes a connection after a second hello', async () => {
    const { socket } = await greeted();
    socket.send(pack(hello()));
    await closeOf(socket);
    expect(station.transport.counts().invalidFrames).to.equal(1);
  });

  it('closes a connection after an invalid frame, counts it, and delivers nothing of it', async () => {
    const far = learn(defaultPeerLimits.seqAheadMax + 1);
    const frames = [
      pack({ ...learn(1), extra: 1 }),
      pack(learn(-1)),
      pack(learn(1, { from: 0 })),
      pack(learn(1, { to: 1 })),
      pack(far),
      Buffer.concat([pack(learn(1)), pack(far)]),
      Buffer.concat([pack(learn(1)), new Uint8Array([0xc1])]),
      new Uint8Array(),
      'text',
    ];
    for (const [index, frame] of frames.entries()) {
      const { socket } = await greeted();
      socket.send(frame);
      await closeOf(socket);
      expect(station.transport.counts().invalidFrames).to.equal(index + 1);
    }
    expect(station.inbox.received).to.deep.equal([]);
    const { socket } = await greeted();
    socket.send(pack(learn(1)));
    await station.inbox.until((inbox) => inbox.received.length === 1);
  });

  it('lets numbers grow with earlier messages, and no further', async () => {
    await station.close();
    station = await lone({ limits: { seqAheadMax: 10 } });
    const { socket } = await greeted();
    for (const seq of [10, 20, 30, 41]) socket.send(pack(learn(seq)));
    expect(await closeOf(socket)).to.equal('invalid frame: an instance above 40');
    expect(station.inbox.received.map(({ message }) => seqOf(message))).to.deep.equal([10, 20, 30]);
  });

  it('closes a connection at the header of a frame that is too long', async () => {
    const { socket } = await greeted();
    socket.send(new Uint8Array(16 * 1000 + 2000));
    await closeOf(socket);
    expect(station.transport.counts().invalidFrames).to.equal(1);
  });

  it('closes an unauthenticated connection that sends too much, or nothing for too long', async () => {
    const long = await caller();
    long.send(new Uint8Array(5000));
    await closeOf(long);
    const slow = await caller();
    expect(await closeOf(slow)).to.equal('no hello in time');
    expect(station.transport.counts().refusedConnections).to.equal(2);
  });

  it('reads only the newest connection of a server', async () => {
    const { socket: old } = await greeted();
    old.send(pack(learn(1)));
    await station.inbox.until((inbox) => inbox.received.length === 1);
    const { socket: newer } = await greeted();
    old.send(pack(learn(2)));
    expect(await closeOf(old)).to.equal('replaced by a newer connection');
    newer.send(pack(learn(3)));
    await station.inbox.until((inbox) => inbox.received.length === 2);
    expect(station.inbox.received.map(({ message }) => seqOf(message))).to.deep.equal([1, 3]);
  });

  it('ignores what still arrives on a replaced connection', async () => {
    const { socket: old } = await greeted();
    // It does not learn that it was replaced before it has sent more.
    old.pause();
    const { socket: newer } = await greeted();
    for (const seq of [1, 2, 3]) old.send(pack(learn(seq)));
    old.resume();
    await closeOf(old);
    newer.send(pack(learn(9)));
    await station.inbox.until((inbox) => inbox.received.length > 0);
    expect(station.inbox.received.map(({ message }) => seqOf(message))).to.deep.equal([9]);
  });

  it('keeps the newest of two hundred connections from one server, and reads it', async () => {
    for (let count = 0; count < 200; count += 1) await greeted();
    const { socket } = await greeted();
    socket.send(pack(learn(1)));
    await station.inbox.until((inbox) => inbox.received.length === 1);
    const open = callers.filter(({ readyState }) => readyState === WebSocket.OPEN);
    expect(open).to.deep.equal([socket]);
  });

  it('limits the number of unauthenticated connections', async () => {
    for (let count = 0; count < 4; count += 1) await caller();
    const fifth = new WebSocket(`ws://127.0.0.1:${station.port}${peerPath}`);
    const [error] = await once(fifth, 'error');
    expect(error.message).to.include('503');
  });

  it('does not count a welcomed connection as unauthenticated', async () => {
    await station.close();
    const addresses = Array.from({ length: 6 }, (_, node) => `127.0.0.1:${node + 1}`);
    station = await lone({ addresses, limits: { unauthenticatedCountMax: 1 } });
    for (let from = 1; from < 6; from += 1) {
      const { answer } = await greeted(hello({ from, nodeCount: 6 }));
      expect(answer).to.deep.equal(welcome);
    }
  });

  it('refuses connections from browser pages', async () => {
    const page = new WebSocket(`ws://127.0.0.1:${station.port}${peerPath}`, { origin: 'http://a' });
    const [error] = await once(page, 'error');
    expect(error.message).to.include('403');
  });

  it('accepts no connection before it is open, or after it was closed', async () => {
    await station.transport.close();
    const late = new WebSocket(`ws://127.0.0.1:${station.port}${peerPath}`);
    const [error] = await once(late, 'error');
    expect(error.message).to.include('503');
  });

  it('closes a connection whose first frame grows too long before it is complete', async () => {
    const socket = connect(station.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`${upgradeHead}websocket\r\n${upgradeKey}`);
    await once(socket, 'data');
    // Half of a masked binary frame of 10,000 bytes.
    socket.write(Buffer.concat([Buffer.from('82fe271000000000', 'hex'), Buffer.alloc(5000)]));
    await once(socket, 'data');
    socket.destroy();
    expect(station.log.lines.at(-1)).to.include({ reason: 'no hello in the first bytes' });
  });

  it('survives an invalid upgrade, and bytes that are no frames', async () => {
    for (const bytes of [
      `${upgradeHead}x\r\n\r\n`,
      `${upgradeHead}websocket\r\n${upgradeKey}garbage`,
    ]) {
      const socket = connect(station.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close');
    }
    expect((await greeted()).answer).to.deep.equal(welcome);
  });

  it('detects a server that vanished, and drops its connection', async () => {
    const { socket } = await greeted();
    socket.pause();
    while (station.sockets.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(station.sockets).to.deep.equal([]);
  });

  it('logs no received value', async () => {
    const secret = 'planted-secret-value';
    const { socket } = await greeted();
    socket.send(pack({ ...learn(1), [secret]: secret }));
    await closeOf(socket);
    await greeted(hello({ clusterId: secret }));
    expect(JSON.stringify(station.log.lines)).to.not.include(secret);
  });
});
