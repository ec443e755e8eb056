import { once } from 'node:events';
import { connect } from 'node:net';
import type { Secrets } from '@paxkv/kvserver/internal/config/cluster-secret';
import { seqMax } from '@paxkv/kvserver/internal/transport/checks/bounds';
import { pack } from '@paxkv/kvserver/internal/transport/codec';
import {
  formats,
  type Hello,
  type HelloAnswer,
} from '@paxkv/kvserver/internal/transport/handshake';
import { frameHeader, frameKind } from '@paxkv/kvserver/internal/transport/wire/frame';
import { seqOf } from '@paxkv/paxos';
import { expect } from 'chai';
import { type Caller, call, hello, learn, lone, type Station } from './fixtures.ts';
import { samples } from './samples.ts';

const welcome = { type: 'welcome', formatVersion: formats.max };

describe('PeerListener', () => {
  let station: Station;
  const callers: Caller[] = [];

  beforeEach(async () => {
    station = await lone({ limits: { valueBytesMax: 1000, unauthenticatedCountMax: 4 } });
  });
  afterEach(async () => {
    for (const { wire } of callers.splice(0)) wire.terminate();
    await station.close();
  });

  async function caller(): Promise<Caller> {
    const one = await call(station);
    callers.push(one);
    return one;
  }

  /** A caller whose hello was proven and answered, with the answer. */
  async function greeted(
    greeting: Hello = hello(),
    known?: Secrets,
  ): Promise<{ socket: Caller; answer: HelloAnswer }> {
    const socket = await caller();
    return { socket, answer: await socket.greet(greeting, known) };
  }

  const closeOf = ({ closed }: Caller): Promise<string> => closed;

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
    socket.wire.terminate();
    for (;;) {
      const { answer } = await greeted(hello({ bootCount: 1 }));
      if (JSON.stringify(answer).includes('welcome')) break;
    }
  });

  it('processes nothing before the hello, and nothing after a refused one', async () => {
    const early = await caller();
    early.send(pack(learn(1)));
    early.wire.sendHandshake(pack(hello()));
    early.send(pack(learn(2)));
    expect(await closeOf(early)).to.include('its kind is not expected');
    const { socket } = await greeted(hello({ clusterId: 'other' }));
    socket.send(pack(learn(3)));
    await closeOf(socket);
    expect(station.inbox.received).to.deep.equal([]);
  });

  it('closes a connection after a second hello', async () => {
    const { socket } = await greeted();
    socket.wire.sendHandshake(pack(hello()));
    expect(await closeOf(socket)).to.equal('bad frame: its kind is not expected');
    expect(station.transport.counts().refusedConnections).to.equal(1);
  });

  it('closes a connection after an invalid frame, counts it, and delivers nothing of it', async () => {
    const far = learn(seqMax + 1);
    const frames = [
      pack({ ...learn(1), extra: 1 }),
      pack(learn(-1)),
      pack(learn(1, { from: 0 })),
      pack(learn(1, { to: 1 })),
      pack(far),
      Buffer.concat([pack(learn(1)), pack(far)]),
      Buffer.concat([pack(learn(1)), new Uint8Array([0xc1])]),
      new Uint8Array(),
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

  it('delivers numbers however far apart: what to believe of them is for the core to say', async () => {
    const { socket } = await greeted();
    for (const seq of [10, 2 ** 40, seqMax]) socket.send(pack(learn(seq)));
    await station.inbox.until((inbox) => inbox.received.length === 3);
    expect(station.inbox.received.map(({ message }) => seqOf(message))).to.deep.equal([
      10,
      2 ** 40,
      seqMax,
    ]);
    expect(station.transport.counts().invalidFrames).to.equal(0);
  });

  it('closes a connection at the header of a frame that is too long', async () => {
    const { socket } = await greeted();
    socket.socket.write(frameHeader(frameKind.messages, 16 * 1000 + 2000));
    expect(await closeOf(socket)).to.match(/^bad frame: longer than/);
    expect(station.transport.counts().refusedConnections).to.equal(1);
  });

  it('closes an unauthenticated connection that sends too much, or nothing for too long', async () => {
    const long = await caller();
    long.wire.sendHandshake(new Uint8Array(5000));
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
    old.socket.pause();
    const { socket: newer } = await greeted();
    for (const seq of [1, 2, 3]) old.send(pack(learn(seq)));
    old.socket.resume();
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
    while (callers.filter(({ isClosed }) => !isClosed).length > 1) await new Promise(setImmediate);
    expect(socket.isClosed).to.equal(false);
  });

  it('ends the oldest connection that proves nothing when there are too many, and lets a server in', async () => {
    const silent: Caller[] = [];
    for (let count = 0; count < 4; count += 1) silent.push(await caller());
    const { answer } = await greeted();
    expect(answer).to.deep.equal(welcome);
    await silent[0]?.closed;
    expect(silent.map(({ isClosed }) => isClosed)).to.deep.equal([true, false, false, false]);
    expect(station.transport.refusals).to.deep.equal({ 'no room': 1 });
  });

  it('lets a server in while others open and close connections without end', async () => {
    let isOver = false;
    const flood = async () => {
      while (!isOver) {
        const socket = connect(station.port, '127.0.0.1');
        socket.on('error', () => {});
        await once(socket, 'connect');
      }
    };
    const floods = Array.from({ length: 8 }, flood);
    let answer: HelloAnswer | undefined;
    for (let count = 0; count < 20 && answer === undefined; count += 1) {
      const socket = await caller();
      const result = await Promise.race([socket.greet(), socket.closed]);
      if (typeof result === 'object') answer = result;
    }
    isOver = true;
    await Promise.all(floods);
    expect(answer).to.deep.equal(welcome);
  });

  it('does not believe what is not proven: a high boot count replaces nobody, a level stops nobody', async () => {
    const { socket: real } = await greeted();
    const wrongSecret: Secrets = [Buffer.from('a guess')];
    const forged = hello({
      bootCount: 2 ** 40,
      level: 9,
      levels: { lowest: 9, highest: 9, raiseMax: 9 },
    });
    for (let count = 0; count < 3; count += 1) {
      const { answer } = await greeted(forged, wrongSecret);
      expect(answer).to.deep.equal({
        type: 'refusal',
        reason: 'wrong proof: this server has another cluster secret',
      });
    }
    real.send(pack(learn(1)));
    await station.inbox.until((inbox) => inbox.received.length === 1);
    expect(station.transport.refusals).to.deep.equal({ 'wrong proof': 3 });
    const { answer } = await greeted(forged, wrongSecret);
    expect(answer.type).to.equal('refusal');
    expect(station.unsupported).to.deep.equal([]);
  });

  it('refuses a handshake that was recorded, and one that is sent back', async () => {
    const frames: Uint8Array[] = [];
    const real = await caller();
    const write = real.wire.sendHandshake.bind(real.wire);
    real.wire.sendHandshake = (frame) => {
      frames.push(frame);
      write(frame);
    };
    expect(await real.greet()).to.deep.equal(welcome);
    const replay = await caller();
    for (const frame of frames) replay.wire.sendHandshake(frame);
    expect(await replay.closed).to.match(/^wrong proof/);
    expect(real.isClosed).to.equal(false);
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

  it('accepts no connection before it is open, or after it was closed', async () => {
    await station.transport.close();
    const late = connect(station.port, '127.0.0.1');
    const [error] = await once(late, 'error');
    expect(error.message).to.include('ECONNREFUSED');
  });

  it('closes a connection whose first frame is none, or too long, at its first bytes', async () => {
    const tls = '160301020001000001fc0303';
    const starts = [
      Buffer.from('GET /v1/peer HTTP/1.1\r\n'),
      Buffer.from(tls, 'hex'),
      Buffer.alloc(64, 0xff),
      Buffer.from('0100000000', 'hex'),
      Buffer.from('01ffffffff', 'hex'),
      frameHeader(frameKind.handshake, 4097),
      frameHeader(frameKind.ping, 0),
    ];
    for (const [index, start] of starts.entries()) {
      const { socket, closed } = await caller();
      socket.write(start);
      await closed;
      expect(station.transport.counts().refusedConnections, String(index)).to.equal(index + 1);
    }
    const warnings = station.log.lines.filter(({ level }) => level === 40);
    expect(warnings.length).to.be.at.most(2);
    expect((await greeted()).answer).to.deep.equal(welcome);
  });

  it('detects a server that vanished, and drops its connection', async () => {
    const { socket } = await greeted();
    expect(station.transport.levelPort.levelsOf(1)).to.not.equal(undefined);
    socket.socket.pause();
    while (station.transport.levelPort.levelsOf(1) !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
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
