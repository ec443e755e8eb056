import { KvService } from '@paxkv/kvserver/internal/service/kv-service';
import { type Probed, whenReady } from '@paxkv/kvserver/internal/service/readiness';
import { KvError, type StatusReply } from '@paxkv/protocol';
import { expect } from 'chai';

/** A server with a state and answers set by the test. */
class FakeServer implements Probed {
  readonly service = new KvService(() => new KvError('KV_UNAVAILABLE', 'no replica'));
  state: StatusReply['state'] = 'running';
  /** How many reads fail before one is confirmed. */
  failures = 0;
  readCount = 0;

  constructor() {
    this.service.attach(this);
  }

  status() {
    return { state: this.state };
  }

  async submit() {
    this.readCount += 1;
    if (this.readCount <= this.failures) throw new KvError('KV_TIMEOUT', 'no majority');
    return { type: 'get', entry: undefined } as const;
  }
}

async function errorOf(wait: Promise<void>): Promise<unknown> {
  return wait.then(
    () => expect.fail('it was ready'),
    (error: unknown) => error,
  );
}

describe('whenReady', () => {
  it('resolves once a read was confirmed', async () => {
    const server = new FakeServer();
    server.failures = 2;
    await whenReady(server);
    expect(server.readCount).to.equal(3);
  });

  it('submits no read to a server that is starting', async () => {
    const server = new FakeServer();
    server.state = 'starting';
    const ready = whenReady(server);
    expect(server.readCount).to.equal(0);
    server.state = 'running';
    await ready;
    expect(server.readCount).to.equal(1);
  });

  it('rejects on timeout, with the state of the server', async () => {
    const server = new FakeServer();
    server.state = 'repairing';
    const error = await errorOf(whenReady(server, { timeoutMs: 30 }));
    expect(error).to.include({ code: 'KV_TIMEOUT', outcome: 'not done' });
    expect(error)
      .to.have.property('message')
      .that.matches(/30 ms.*repairing/);
  });

  it('ends when the signal fires', async () => {
    const server = new FakeServer();
    server.failures = Number.MAX_SAFE_INTEGER;
    const controller = new AbortController();
    const ready = whenReady(server, { signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    const error = await errorOf(ready);
    expect(error).to.include({ code: 'KV_ABORTED', outcome: 'not done', cause: reason });
  });

  for (const state of ['stopping', 'failed'] as const) {
    it(`ends when the server is ${state}`, async () => {
      const server = new FakeServer();
      server.state = state;
      const error = await errorOf(whenReady(server));
      expect(error).to.include({ code: 'KV_UNAVAILABLE', outcome: 'not done' });
    });
  }
});
