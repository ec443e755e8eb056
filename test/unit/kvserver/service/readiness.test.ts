import { type Probed, whenReady } from '@paxkv/kvserver/internal/service/readiness';
import type { Check, StatusReply } from '@paxkv/protocol';
import { expect } from 'chai';

/** A server with a state, whose quorum answers a probe after some failures. */
class FakeServer implements Probed {
  state: StatusReply['state'] = 'running';
  /** How many probes stay without an answer before one is answered. */
  failures = 0;
  probeCount = 0;

  status() {
    const check = (name: string, passed: boolean, required = true): Check => {
      return { name, passed, required, detail: `${name} ${this.state}` };
    };
    const checks = [
      check('state', this.state === 'running'),
      check('quorum', this.probeCount > this.failures),
      check('peer 1', false, false),
    ];
    return { state: this.state, checks };
  }

  probe(): void {
    this.probeCount += 1;
  }
}

async function errorOf(wait: Promise<void>): Promise<unknown> {
  return wait.then(
    () => expect.fail('it was ready'),
    (error: unknown) => error,
  );
}

describe('whenReady', () => {
  it('resolves once every required check has passed, and probes until then', async () => {
    const server = new FakeServer();
    server.failures = 2;
    await whenReady(server);
    expect(server.probeCount).to.equal(3);
  });

  it('waits while the server is starting', async () => {
    const server = new FakeServer();
    server.state = 'starting';
    let isReady = false;
    const ready = whenReady(server).then(() => {
      isReady = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(isReady).to.equal(false);
    server.state = 'running';
    await ready;
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
