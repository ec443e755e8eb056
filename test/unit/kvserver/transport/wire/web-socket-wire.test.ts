import { once } from 'node:events';
import { WebSocketWire } from '@paxkv/kvserver/internal/transport/wire/web-socket-wire';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { portOf, reserve } from '../fixtures.ts';

/** A wire, and what it reported apart from the arrival of bytes. */
interface End {
  readonly wire: WebSocketWire;
  readonly socket: WebSocket;
  readonly events: string[];
}

function watched(socket: WebSocket): End {
  const wire = new WebSocketWire(socket);
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

describe('WebSocketWire', () => {
  let server: WebSocketServer;
  let dialed: End;
  let accepted: End;

  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const connection = once(server, 'connection');
    dialed = watched(new WebSocket(`ws://127.0.0.1:${portOf(server)}`));
    // Nothing can be sent yet; it is not an error.
    dialed.wire.sendHandshake(Buffer.alloc(1));
    dialed.wire.ping();
    await once(dialed.wire, 'ready');
    const [socket] = await connection;
    accepted = watched(socket);
  });

  afterEach(() => {
    dialed.socket.terminate();
    accepted.socket.terminate();
    server.close();
  });

  const closed = (...ends: readonly End[]) =>
    Promise.all(ends.map(({ wire }) => once(wire, 'close')));

  it('carries handshakes, and messages after them', async () => {
    expect(dialed.events).to.deep.equal(['ready']);
    dialed.wire.sendHandshake(Buffer.from('to you'));
    await once(accepted.wire, 'handshake');
    accepted.wire.open(10);
    for (const parts of [['whole'], ['in ', 'parts'], []]) {
      const all = parts.map((part) => Buffer.from(part));
      dialed.wire.sendMessages(all, Buffer.concat(all).length);
      const [frame] = await once(accepted.wire, 'message');
      expect(Buffer.from(frame).toString()).to.equal(parts.join(''));
    }
  });

  it('says that bytes have arrived', async () => {
    dialed.wire.sendHandshake(Buffer.alloc(1));
    await once(accepted.wire, 'received');
    expect(accepted.events).to.have.length.at.most(1);
  });

  it('takes frames up to their length, and no text', async () => {
    for (const bytes of [4096, 4097]) dialed.wire.sendHandshake(Buffer.alloc(bytes));
    await once(accepted.wire, 'violation');
    accepted.wire.open(10);
    for (const bytes of [10, 11]) dialed.wire.sendMessages([Buffer.alloc(bytes)], bytes);
    await once(accepted.wire, 'violation');
    dialed.socket.send('text');
    await once(accepted.wire, 'violation');
    expect(accepted.events).to.deep.equal([
      'handshake 4096',
      'violation: bad frame: too long',
      'message 10',
      'violation: bad frame: too long',
      'violation: bad frame: text',
    ]);
  });

  it('reports a ping, and its answer', async () => {
    dialed.wire.ping();
    await once(dialed.wire, 'pong');
    expect(accepted.events).to.deep.equal(['ping']);
  });

  it('closes with a reason, which the other end gets after all that was sent before', async () => {
    dialed.wire.sendHandshake(Buffer.alloc(7));
    dialed.wire.closeWith('a bad\ntoken');
    dialed.wire.sendHandshake(Buffer.alloc(8));
    dialed.wire.ping();
    await closed(accepted);
    expect(accepted.events).to.deep.equal(['handshake 7', 'close: a bad?token']);
  });

  it('ends at once when it is told to', async () => {
    dialed.wire.terminate();
    await closed(accepted);
    expect(accepted.events).to.deep.equal(['close: connection lost (1006)']);
  });

  it('reports what is no WebSocket as a violation, and closes with the first error', async () => {
    Reflect.get(accepted.socket, '_socket').write(Buffer.of(0xff, 0xff));
    await closed(dialed);
    const [, violation, close] = dialed.events;
    expect(violation).to.match(/^violation: bad frame: Invalid WebSocket frame/);
    expect(close).to.match(/^close: Invalid WebSocket frame/);
  });

  it('closes with the reason for which it could not be dialed, which is no violation', async () => {
    const [port] = await reserve(1);
    const refused = watched(new WebSocket(`ws://127.0.0.1:${port}`));
    await closed(refused);
    expect(refused.events).to.have.length(1);
    expect(refused.events[0]).to.match(/^close: .*ECONNREFUSED/);
  });

  it('counts what the system has not taken yet, and has no binding and no members', () => {
    expect(dialed.wire.queuedBytes).to.equal(0);
    const bytes = 32 * 1024 * 1024;
    dialed.wire.sendMessages([Buffer.alloc(bytes)], bytes);
    expect(dialed.wire.queuedBytes).to.be.above(0);
    expect(dialed.wire.channelBinding).to.have.length(0);
    expect(dialed.wire.members).to.equal(undefined);
  });
});
