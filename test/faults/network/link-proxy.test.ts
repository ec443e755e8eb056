/** Tests what two ends of a connection see of each fault on the link between them. */
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { LinkProxy } from './link-proxy.ts';

/** Long enough for bytes to arrive on loopback if nothing holds them. */
const settleMs = 60;

/** An end of a connection that records what it reads and its events. */
class End extends EventEmitter {
  readonly socket: Socket;
  text = '';
  fate: 'open' | 'closed' | 'reset' = 'open';

  constructor(socket: Socket) {
    super();
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.text += String(bytes);
      this.emit('change');
    });
    socket.on('error', () => {
      this.fate = 'reset';
    });
    socket.on('close', () => {
      if (this.fate === 'open') this.fate = 'closed';
      this.emit('change');
    });
  }

  async until(isSo: (end: End) => boolean): Promise<void> {
    while (!isSo(this)) await once(this, 'change');
  }
}

describe('a link proxy', () => {
  let server: Server;
  let proxy: LinkProxy;
  let near: End;
  let far: End;

  const dial = async () => {
    const [host = '', port = ''] = proxy.address.split(':');
    return new End(connect({ host, port: Number(port) }));
  };

  beforeEach(async () => {
    server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    proxy = await LinkProxy.open();
    const address = server.address();
    proxy.target = `127.0.0.1:${isPort(address) ? address.port : 0}`;
    const admitted = once(server, 'connection');
    near = await dial();
    const [socket] = await admitted;
    far = new End(socket);
  });

  afterEach(async () => {
    near.socket.destroy();
    far.socket.destroy();
    await proxy.close();
    server.close();
    await once(server, 'close');
  });

  it('passes bytes both ways, in order', async () => {
    near.socket.write('one ');
    near.socket.write('two');
    far.socket.write('three');
    await Promise.all([
      far.until(({ text }) => text === 'one two'),
      near.until(({ text }) => text === 'three'),
    ]);
  });

  it('closes one end when the other has closed', async () => {
    far.socket.destroy();
    await near.until(({ fate }) => fate !== 'open');
  });

  it('cut resets both ends, and new connections', async () => {
    proxy.fault = { type: 'cut' };
    await Promise.all([near, far].map((end) => end.until(({ fate }) => fate === 'reset')));
    const late = await dial();
    await late.until(({ fate }) => fate === 'reset');
  });

  it('swallow loses bytes silently, and resets affected connections once the link is healthy', async () => {
    proxy.fault = { type: 'swallow' };
    near.socket.write('lost');
    await pause(settleMs);
    expect(far).to.include({ text: '', fate: 'open' });
    expect(near.fate).to.equal('open');
    proxy.fault = { type: 'pass' };
    await Promise.all([near, far].map((end) => end.until(({ fate }) => fate === 'reset')));
    expect(far.text).to.equal('');
  });

  it('swallow keeps a connection that lost nothing', async () => {
    proxy.fault = { type: 'swallow' };
    proxy.fault = { type: 'pass' };
    near.socket.write('kept');
    await far.until(({ text }) => text === 'kept');
  });

  it('stall hides that an end has closed until the link is healthy', async () => {
    proxy.fault = { type: 'stall' };
    far.socket.destroy();
    await pause(settleMs);
    expect(near.fate).to.equal('open');
    proxy.fault = { type: 'pass' };
    await near.until(({ fate }) => fate === 'reset');
  });

  it('stall holds bytes back, and delivers them late and complete', async () => {
    proxy.fault = { type: 'stall' };
    near.socket.write('late');
    await pause(settleMs);
    expect(far.text).to.equal('');
    proxy.fault = { type: 'pass' };
    await far.until(({ text }) => text === 'late');
  });

  it('delay postpones bytes and keeps their order', async () => {
    proxy.fault = { type: 'delay', delayMs: 80 };
    const begunMs = performance.now();
    near.socket.write('a');
    await pause(5);
    proxy.fault = { type: 'pass' };
    near.socket.write('b');
    await far.until(({ text }) => text.length === 2);
    expect(far.text).to.equal('ab');
    expect(performance.now() - begunMs).to.be.at.least(78);
  });

  it('throttle limits the bytes per second', async () => {
    proxy.fault = { type: 'throttle', bytesPerSecond: 100_000 };
    const begunMs = performance.now();
    for (let part = 0; part < 10; part += 1) near.socket.write('x'.repeat(1000));
    await far.until(({ text }) => text.length === 10_000);
    expect(performance.now() - begunMs).to.be.at.least(95);
  });
});

function isPort(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
