import type { Check } from '@paxkv/protocol';
import { expect } from 'chai';
import { runningStatus, ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

const hung: Check = { name: 'disk', passed: false, required: true, detail: 'the disk hangs' };
const notReady = { ...runningStatus, node: 1, checks: [hung] };

describe('paxkv health', () => {
  let servers: ServerUnderTest[];

  beforeEach(async () => {
    servers = await Promise.all([ServerUnderTest.open(), ServerUnderTest.open()]);
  });
  afterEach(() => Promise.all(servers.map((server) => server.close())));

  function health(...options: string[]) {
    return runCaptured(['health', '-e', servers.map(({ url }) => url).join(','), ...options]);
  }

  function places(): string[] {
    return servers.map(({ url }) => url.replace('http://', ''));
  }

  function fail(node: number): void {
    const server = servers[node];
    if (server !== undefined) server.status = notReady;
  }

  it('exits 0 if every server is ready', async () => {
    const { exitCode, printed, notes } = await health();
    expect(exitCode).to.equal(0);
    const width = Math.max(...places().map(({ length }) => length));
    const expected = places().map((place) => `${place.padEnd(width)}  node 0     ready\n`);
    expect(printed).to.equal(expected.join(''));
    expect(notes).to.deep.equal([]);
  });

  it('exits 1 if one is not ready, with a line that says why', async () => {
    fail(1);
    const { exitCode, printed, notes } = await health();
    expect(exitCode).to.equal(1);
    expect(printed.split('\n')[1]).to.match(/ {2}node 1 {5}not ready: the disk hangs$/);
    expect(notes).to.deep.equal(['1 of 2 servers are not ready']);
  });

  it('exits 1 if one does not answer, with a line that says why', async () => {
    const closed = await ServerUnderTest.open();
    const { url } = closed;
    await closed.close();
    const { exitCode, printed } = await runCaptured(['health', '-e', url]);
    expect(exitCode).to.equal(1);
    expect(printed).to.match(/ {2}no answer {2}.*ECONNREFUSED.*\n$/);
  });

  it('waits until every server is ready', async () => {
    fail(1);
    const checked = health('--wait', '20s');
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const server of servers) server.status = runningStatus;
    expect(await checked).to.include({ exitCode: 0 });
  });

  it('waits no longer than asked', async () => {
    fail(0);
    const begunMs = performance.now();
    expect(await health('--wait', '500ms')).to.include({ exitCode: 1 });
    expect(performance.now() - begunMs).to.be.within(490, 5000);
  });

  it('prints the same as JSON', async () => {
    fail(1);
    const { exitCode, printed, explained } = await health('--json');
    expect(exitCode).to.equal(1);
    expect(JSON.parse(printed)).to.deep.equal({
      ready: false,
      servers: [
        { endpoint: servers[0]?.url, node: 0, state: 'running', ready: true },
        {
          ...{ endpoint: servers[1]?.url, node: 1, state: 'running' },
          ...{ ready: false, reason: 'the disk hangs' },
        },
      ],
    });
    expect(JSON.parse(explained)).to.have.nested.property('error.code', 'CLI_NOT_READY');
  });

  it('refuses a time that is none', async () => {
    expect(await health('--wait', 'long')).to.include({ exitCode: 2 });
  });
});
