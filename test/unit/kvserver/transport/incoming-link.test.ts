import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import type { ListenerExchange } from '@paxkv/kvserver/internal/transport/exchange/exchange';
import { IncomingLink } from '@paxkv/kvserver/internal/transport/incoming-link';
import { SocketWire } from '@paxkv/kvserver/internal/transport/wire/socket-wire';
import { expect } from 'chai';
import { hello, quick } from './fixtures.ts';

/** Takes the first frame for a hello, whatever it is. */
const trusting: ListenerExchange = {
  isProving: true,
  onFrame: () => ({ type: 'identified', hello: hello() }),
  answer: pack,
};

describe('IncomingLink', () => {
  let server: Server;
  let caller: SocketWire;
  let link: IncomingLink;
  let gone: Promise<void>;
  const heard: string[] = [];
  const answers: unknown[] = [];

  beforeEach(async () => {
    heard.length = 0;
    answers.length = 0;
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const accepted = once(server, 'connection');
    caller = new SocketWire(connect((server.address() as AddressInfo).port, '127.0.0.1'));
    caller.on('handshake', (frame) => answers.push(unpack(frame)));
    const [socket] = await accepted;
    gone = new Promise((resolve) => {
      link = new IncomingLink(
        new SocketWire(socket),
        trusting,
        { ...defaultPeerLimits, ...quick, valueBytesMax: 100 },
        {
          onHello: () => heard.push('hello'),
          onFrame: (_, frame) => heard.push(`frame ${unpack(frame)}`),
          onViolation: (_, reason) => heard.push(`violation ${reason}`),
          onGone: () => resolve(),
        },
      );
    });
  });

  afterEach(async () => {
    caller.terminate();
    await gone;
    server.close();
    await once(server, 'close');
  });

  const send = (bytes: Uint8Array) => caller.sendMessages([bytes], bytes.byteLength);

  it('reports the hello, and then the messages after its welcome', async () => {
    caller.sendHandshake(pack('a'));
    while (heard.length === 0) await new Promise(setImmediate);
    expect(link.node).to.equal(undefined);
    link.accept(1, { formatVersion: 6 });
    while (answers.length === 0) await new Promise(setImmediate);
    expect(answers).to.deep.equal([{ type: 'welcome', formatVersion: 6 }]);
    expect(link.node).to.equal(1);
    send(pack('b'));
    caller.closeWith('over');
    await gone;
    expect(heard).to.deep.equal(['hello', 'frame b']);
  });

  it('sends the reason for a refusal, and closes', async () => {
    const closed = once(caller, 'close');
    link.refuse({ type: 'refusal', reason: 'no\nway' });
    expect(await closed).to.deep.equal(['no?way']);
    expect(answers).to.deep.equal([{ type: 'refusal', reason: 'no\nway' }]);
  });

  it('ignores everything that arrives after it was retired', async () => {
    caller.sendHandshake(pack('a'));
    while (heard.length === 0) await new Promise(setImmediate);
    link.accept(1, { formatVersion: 6 });
    link.closeWith('enough');
    send(pack('late'));
    await gone;
    expect(heard).to.deep.equal(['hello']);
  });

  it('reports a frame that is too long as a violation, and only once', async () => {
    link.accept(1, { formatVersion: 6 });
    send(new Uint8Array(16 * 100 + 2000));
    send(new Uint8Array(16 * 100 + 2000));
    await gone;
    expect(heard).to.deep.equal(['violation bad frame: longer than 2624 bytes']);
  });

  it('reports messages before the handshake as a violation', async () => {
    send(pack('b'));
    await gone;
    expect(heard).to.deep.equal(['violation bad frame: its kind is not expected']);
  });

  it('reports silence before the hello as a violation', async () => {
    await gone;
    expect(heard).to.deep.equal(['violation no hello in time']);
  });

  it('does not report a lost connection as a violation', async () => {
    link.accept(1, { formatVersion: 6 });
    caller.terminate();
    await gone;
    expect(heard).to.deep.equal([]);
  });

  it('ends a connection on which nothing arrives', async () => {
    link.accept(1, { formatVersion: 6 });
    // The caller was not opened, so it takes the ping for a frame that is not expected, and answers nothing.
    caller.on('violation', () => heard.push('pinged'));
    await gone;
    expect(heard).to.deep.equal(['pinged']);
  });
});
