import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { lastRequest, openRequest, ServerUnderTest } from './server-under-test.ts';

describe('Connections', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  const put = openRequest('PUT /v1/kv/k', ['content-length: 1'], 'v');

  /** The signals of `count` requests, once they have arrived. */
  async function pendingSignals(count: number): Promise<AbortSignal[]> {
    await server.replica.arrived(count);
    return server.replica.signals.filter((signal) => signal !== undefined);
  }

  it('abort every request of a disconnected client, pipelined ones too (H43)', async () => {
    server.replica.script = () => new Promise(() => undefined);
    const socket = server.connect();
    socket.write(put.repeat(3));
    const signals = await pendingSignals(3);
    expect(signals.map((signal) => signal.aborted)).to.deep.equal([false, false, false]);
    const aborted = signals.map((signal) => once(signal, 'abort'));
    socket.destroy();
    await Promise.all(aborted);
    expect(signals[0]?.reason).to.have.property('code', 'KV_ABORTED');
    await server.servesOthers();
  });

  it('make room for others if their clients have sent half a request for two seconds', async () => {
    const small = await ServerUnderTest.open({ connectionCountMax: 3 });
    try {
      const headers = ['content-length: 9', 'expect: 100-continue'];
      const sockets = [small.connect(), small.connect(), small.connect()];
      const closings = sockets.map((socket) => new Promise((done) => socket.once('close', done)));
      await Promise.all(
        sockets.map(async (socket) => {
          socket.write(openRequest('PUT /v1/kv/k', headers));
          await once(socket, 'data');
          socket.write('half');
        }),
      );
      const statusOf = async () => (await small.sendRaw(lastRequest('GET /livez'))).answer.status;
      expect(await statusOf()).to.equal(503);
      while ((await statusOf()) !== 200) await sleep(100);
      await Promise.race(closings);
      expect(sockets.filter(({ closed }) => closed)).to.have.length(1);
      for (const socket of sockets) socket.destroy();
    } finally {
      await small.close();
    }
  });

  it('neither answer nor log anything when such a request is aborted (H43)', async () => {
    server.replica.script = (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const socket = server.connect();
    socket.write(put);
    const [signal] = await pendingSignals(1);
    socket.destroy();
    if (signal) await once(signal, 'abort');
    await server.servesOthers();
    expect(server.logLines).to.deep.equal([]);
  });

  it('forget a client that disconnects within its body (H43)', async () => {
    const socket = server.connect();
    socket.write(put.slice(0, -1));
    await once(socket, 'connect');
    await server.servesOthers();
    socket.destroy();
    await server.servesOthers();
    expect(server.replica.requests).to.deep.equal([]);
    expect(server.logLines).to.deep.equal([]);
  });

  it('do not abort the signal of an answered request', async () => {
    await server.fetch('/v1/kv/k', { method: 'PUT', body: 'v', headers: { connection: 'close' } });
    const [signal] = await pendingSignals(1);
    await server.servesOthers();
    expect(signal?.aborted).to.equal(false);
  });
});
