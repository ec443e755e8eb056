import { paths } from '@paxkv/protocol';
import { expect } from 'chai';
import { runningStatus, ServerUnderTest } from '../server-under-test.ts';

describe('Health routes', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(() => server.close());

  it('send the status of the server', async () => {
    expect(await (await server.fetch(paths.status)).json()).to.deep.equal(runningStatus);
  });

  it('report a running server as ready', async () => {
    const answer = await server.fetch(paths.ready);
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.deep.equal({ ready: true });
  });

  /** Has the server fail one check. */
  function fail(name: string, detail: string): void {
    const checks = runningStatus.checks.map((check) =>
      check.name === name ? { ...check, passed: false, detail } : check,
    );
    server.status = { ...runningStatus, checks };
  }

  for (const state of ['starting', 'stopping', 'failed'] as const) {
    it(`report a ${state} server as live, but not ready`, async () => {
      fail('state', `${state}: the journal is damaged`);
      expect((await server.fetch(paths.live)).status).to.equal(200);
      const answer = await server.fetch(paths.ready);
      expect(answer.status).to.equal(503);
      const { error } = await server.refuses(answer, 'KV_UNAVAILABLE');
      expect(error.message).to.equal(`This server is ${state}: the journal is damaged.`);
    });
  }

  it('give the first required check that failed as the reason', async () => {
    fail('quorum', 'no quorum has answered for 3.0 s');
    const answer = await server.fetch(paths.ready);
    expect(answer.status).to.equal(503);
    const { error } = await server.refuses(answer, 'KV_UNAVAILABLE');
    expect(error.message).to.equal('No quorum has answered for 3.0 s.');
  });

  it('list all checks on request, ready or not', async () => {
    const checks = async () =>
      ((await (await server.fetch(`${paths.ready}?verbose`)).json()) as { checks: unknown[] })
        .checks;
    expect(await checks()).to.deep.equal(runningStatus.checks);
    fail('state', 'starting');
    expect((await checks())[0]).to.include({ passed: false, detail: 'starting' });
  });
});
