import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import { expect } from 'chai';
import { portOf } from '../fixtures.ts';

/** A wire, and what it reported apart from the arrival of bytes. */
interface End {
  readonly wire: SocketWire;
  readonly socket: Socket;
  readonly events: string[];
}

function watched(socket: Socket): End {
  const wire = new SocketWire(socket);
  const events: string[] = [];
  wire.on('ready', () => events.push('ready'));
  wire.on('ping', () => events.push('ping'));
  wire.on('pong', () => events.push('pong'));
  wire.on('handshake', (frame) => events.push(`handshake ${frame.length}`));
  wire.on('message', (frame) => events.push(`message ${frame.length}`));
  wire.on('violation', (reason) => events.push(`violation: ${reason}`));
  wire.on('close', (reason) => events.push(`close: ${reason}`));
  return { wire, socket, events };
}

describe('SocketWire', () => {
  let server: Server;
  /** Both ends of one connection. */
  let dialed: End;
  let accepted: End;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const socket = connect(portOf(server), '127.0.0.1');
    dialed = watched(socket);
    const [other] = await once(server, 'connection');
    accepted = watched(other);
    if (dialed.events.length === 0) await once(dialed.wire, 'ready');
  });

  afterEach(() => {
    dialed.socket.destroy();
    accepted.socket.destroy();
    server.close();
  });

  const send = ({ wire }: End, bytes: number) => wire.sendMessages([Buffer.alloc(bytes)], bytes);
  const closed = (...ends: readonly End[]) =>
    Promise.all(ends.map(({ wire }) => once(wire, 'close')));

  it('is ready once it is connected, and carries handshakes both ways', async () => {
    expect(dialed.events).to.deep.equal(['ready']);
    dialed.wire.sendHandshake(Buffer.from('to you'));
    const [first] = await once(accepted.wire, 'handshake');
    accepted.wire.sendHandshake(first);
    const [second] = await once(dialed.wire, 'handshake');
    expect(Buffer.from(second).toString()).to.equal('to you');
  });

  it('says that bytes have arrived, before their frame is complete', async () => {
    dialed.socket.write(Buffer.of(2));
    await once(accepted.wire, 'received');
    expect(accepted.events).to.deep.equal([]);
  });

  it('takes messages after the handshake only, and no handshake then', async () => {
    send(dialed, 1);
    await once(accepted.wire, 'violation');
    dialed.wire.open(10);
    accepted.wire.sendHandshake(Buffer.alloc(1));
    await once(dialed.wire, 'violation');
    const violation = 'violation: bad frame: its kind is not expected';
    expect([accepted.events, dialed.events]).to.deep.equal([[violation], ['ready', violation]]);
  });

  it('takes frames of messages up to the length that was agreed on', async () => {
    accepted.wire.open(10);
    for (const bytes of [10, 11, 10]) send(dialed, bytes);
    await once(accepted.wire, 'violation');
    dialed.wire.terminate();
    await closed(accepted);
    expect(accepted.events.slice(0, 2)).to.deep.equal([
      'message 10',
      'violation: bad frame: longer than 10 bytes',
    ]);
    // What follows a bad frame is not read.
    expect(accepted.events).to.have.length(3);
  });

  it('takes a handshake of 4 KiB, and no longer one', async () => {
    for (const bytes of [4096, 4097]) dialed.wire.sendHandshake(Buffer.alloc(bytes));
    await once(accepted.wire, 'violation');
    expect(accepted.events).to.deep.equal([
      'handshake 4096',
      'violation: bad frame: longer than 4096 bytes',
    ]);
  });

  it('sends the parts of a message as one frame, small or large', async () => {
    accepted.wire.open(4 * 1024 * 1024);
    for (const bytes of [3, 16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 3 * 1024 * 1024]) {
      const whole = Buffer.alloc(bytes).map((_, index) => index % 251);
      const cuts = [0, 1, Math.floor(bytes / 2), bytes];
      const parts = [0, 1, 2].map((part) => whole.subarray(cuts[part], cuts[part + 1]));
      dialed.wire.sendMessages(parts, bytes);
      const [frame] = await once(accepted.wire, 'message');
      expect(Buffer.compare(frame, whole), `${bytes}`).to.equal(0);
    }
  });

  it('reports a ping, and answers it', async () => {
    for (const { wire } of [dialed, accepted]) wire.open(0);
    dialed.wire.ping();
    await once(dialed.wire, 'pong');
    expect(accepted.events).to.deep.equal(['ping']);
    accepted.socket.write(Buffer.of(3, 0, 0, 0, 1, 0));
    await once(dialed.wire, 'violation');
    expect(dialed.events.at(-1)).to.equal('violation: bad frame: longer than 0 bytes');
  });

  it('closes with a reason, which the other end gets after all that was sent before', async () => {
    accepted.wire.open(10);
    send(dialed, 7);
    dialed.wire.closeWith('a bad\ntoken');
    // Nothing is sent once it closes, and the first reason counts.
    send(dialed, 8);
    dialed.wire.ping();
    dialed.wire.closeWith('another');
    await closed(accepted, dialed);
    expect(accepted.events).to.deep.equal(['message 7', 'close: a bad?token']);
    expect(dialed.events).to.deep.equal(['ready', 'close: connection lost']);
  });

  it('closes with its reason before the handshake, too', async () => {
    accepted.wire.closeWith('another cluster');
    await closed(dialed);
    expect(dialed.events).to.deep.equal(['ready', 'close: another cluster']);
  });

  it('reads nothing after a goodbye', async () => {
    dialed.socket.write(Buffer.concat([Buffer.of(5, 0, 0, 0, 2), Buffer.from('go')]));
    dialed.socket.write(Buffer.of(1, 0, 0, 0, 0));
    await closed(accepted);
    expect(accepted.events).to.deep.equal(['close: go']);
  });

  it('answers no ping while it closes', async () => {
    accepted.wire.open(0);
    accepted.wire.closeWith('enough');
    dialed.wire.open(0);
    dialed.wire.ping();
    await closed(dialed, accepted);
    expect(dialed.events).to.deep.equal(['ready', 'close: enough']);
  });

  it('ends after a second if the other end does not confirm that it closes', async () => {
    accepted.socket.removeAllListeners();
    accepted.socket.allowHalfOpen = true;
    accepted.socket.resume();
    const startMs = performance.now();
    dialed.wire.closeWith('enough');
    await closed(dialed);
    expect(performance.now() - startMs).to.be.at.least(990);
  });

  it('ends at once when it is told to, and sends nothing after that', async () => {
    dialed.wire.terminate();
    send(dialed, 1);
    dialed.wire.ping();
    dialed.wire.closeWith('too late');
    await closed(dialed, accepted);
    expect(accepted.events).to.deep.equal(['close: connection lost']);
  });

  it('counts what the system has not taken yet', async () => {
    expect(dialed.wire.queuedBytes).to.equal(0);
    accepted.socket.pause();
    const bytes = 32 * 1024 * 1024;
    send(dialed, bytes);
    expect(dialed.wire.queuedBytes).to.be.within(1, bytes + 5);
  });

  it('knows neither a binding nor members without TLS', () => {
    expect(dialed.wire.channelBinding).to.have.length(0);
    expect(dialed.wire.members).to.equal(undefined);
  });

  it('closes with the first error, and names each part of one that has several', async () => {
    dialed.socket.emit('error', new AggregateError([new Error('a'), new Error('b')]));
    dialed.socket.emit('error', new Error('c'));
    accepted.socket.emit('error', new Error('d'));
    for (const { socket } of [dialed, accepted]) socket.destroy();
    await closed(dialed, accepted);
    expect(dialed.events.at(-1)).to.equal('close: Error: a; Error: b');
    expect(accepted.events.at(-1)).to.equal('close: d');
  });
});
