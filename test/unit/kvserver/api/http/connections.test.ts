import { once } from 'node:events';
import { expect } from 'chai';
import { DoorUnderTest, openRequest } from './app-under-test.ts';

describe('Connections', () => {
  let door: DoorUnderTest;

  beforeEach(async () => {
    door = await DoorUnderTest.open();
  });
  afterEach(() => door.close());

  const put = openRequest('PUT /v1/kv/k', ['content-length: 1'], 'v');

  /** Signals of requests that nobody answers, once `count` of them have arrived. */
  async function pendingSignals(count: number): Promise<AbortSignal[]> {
    await door.submitter.arrived(count);
    return door.submitter.signals.filter((signal) => signal !== undefined);
  }

  it('tell the replica of every client that is gone, pipelined requests too (H43)', async () => {
    door.submitter.script = () => new Promise(() => undefined);
    const socket = door.connect();
    socket.write(put.repeat(3));
    const signals = await pendingSignals(3);
    expect(signals.map((signal) => signal.aborted)).to.deep.equal([false, false, false]);
    const aborted = signals.map((signal) => once(signal, 'abort'));
    socket.destroy();
    await Promise.all(aborted);
    expect(signals[0]?.reason).to.have.property('code', 'KV_ABORTED');
    await door.servesOthers();
  });

  it('do not answer, nor complain, when the wait for such a client ends (H43)', async () => {
    door.submitter.script = (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    const socket = door.connect();
    socket.write(put);
    const [signal] = await pendingSignals(1);
    socket.destroy();
    if (signal) await once(signal, 'abort');
    await door.servesOthers();
    expect(door.logLines).to.deep.equal([]);
  });

  it('forget a client that leaves amid its body (H43)', async () => {
    const socket = door.connect();
    socket.write(put.slice(0, -1));
    await once(socket, 'connect');
    await door.servesOthers();
    socket.destroy();
    await door.servesOthers();
    expect(door.submitter.requests).to.deep.equal([]);
    expect(door.logLines).to.deep.equal([]);
  });

  it('leave the signal of an answered request alone', async () => {
    await door.fetch('/v1/kv/k', { method: 'PUT', body: 'v', headers: { connection: 'close' } });
    const [signal] = await pendingSignals(1);
    await door.servesOthers();
    expect(signal?.aborted).to.equal(false);
  });
});
