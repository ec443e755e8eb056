import { once } from 'node:events';
import { defaultPeerLimits } from '@paxkv/kvserver/internal/config/transport-limits';
import { pack, unpack } from '@paxkv/kvserver/internal/transport/codec';
import { IncomingLink } from '@paxkv/kvserver/internal/transport/incoming-link';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { portOf, quick } from './fixtures.ts';

describe('IncomingLink', () => {
  let server: WebSocketServer;
  let caller: WebSocket;
  let link: IncomingLink;
  let gone: Promise<void>;
  const heard: string[] = [];

  beforeEach(async () => {
    heard.length = 0;
    server = new WebSocketServer({ port: 0, host: '127.0.0.1', maxPayload: 10_000 });
    await once(server, 'listening');
    caller = new WebSocket(`ws://127.0.0.1:${portOf(server)}`);
    const [socket] = await once(server, 'connection');
    gone = new Promise((resolve) => {
      link = new IncomingLink(
        socket,
        { ...defaultPeerLimits, ...quick },
        {
          onHello: (_, frame) => heard.push(`greeting ${unpack(frame)}`),
          onFrame: (_, frame) => heard.push(`frame ${unpack(frame)}`),
          onViolation: (_, reason) => heard.push(`violation ${reason}`),
          onGone: () => resolve(),
        },
      );
    });
    if (caller.readyState !== WebSocket.OPEN) await once(caller, 'open');
  });

  afterEach(async () => {
    caller.terminate();
    await gone;
    server.close();
    await once(server, 'close');
  });

  it('reads the first frame as a hello, and the next ones as messages after its welcome', async () => {
    caller.send(pack('a'));
    while (heard.length === 0) await new Promise(setImmediate);
    expect(link.node).to.equal(undefined);
    link.accept(1, { formatVersion: 6 });
    expect(unpack((await once(caller, 'message'))[0])).to.deep.equal({
      type: 'welcome',
      formatVersion: 6,
    });
    expect(link.node).to.equal(1);
    caller.send(pack('b'));
    caller.close();
    await gone;
    expect(heard).to.deep.equal(['greeting a', 'frame b']);
  });

  it('sends the reason for a refusal, and closes', async () => {
    link.refuse({ type: 'refusal', reason: 'no\nway' });
    expect(unpack((await once(caller, 'message'))[0])).to.deep.equal({
      type: 'refusal',
      reason: 'no\nway',
    });
    const [code, reason] = await once(caller, 'close');
    expect([code, String(reason)]).to.deep.equal([1008, 'no?way']);
  });

  it('ignores everything that arrives after it was retired', async () => {
    link.accept(1, { formatVersion: 6 });
    caller.pause();
    link.closeWith('enough');
    caller.send(pack('late'));
    caller.send('text');
    caller.resume();
    await gone;
    expect(heard).to.deep.equal([]);
  });

  it('reports a hello that is too long as a violation', async () => {
    caller.send(new Uint8Array(5000));
    await gone;
    expect(heard).to.deep.equal(['violation hello too long']);
  });

  it('reports a frame over the limit as a violation, and only once', async () => {
    link.accept(1, { formatVersion: 6 });
    caller.send(new Uint8Array(10_001));
    caller.send('text');
    await gone;
    expect(heard).to.deep.equal(['violation Max payload size exceeded']);
  });

  it('reports text as a violation', async () => {
    caller.send('hello');
    await gone;
    expect(heard).to.deep.equal(['violation text instead of bytes']);
  });

  it('does not report a lost connection as a violation', async () => {
    link.accept(1, { formatVersion: 6 });
    caller.terminate();
    await gone;
    expect(heard).to.deep.equal([]);
  });
});
