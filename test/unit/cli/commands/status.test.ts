import { expect } from 'chai';
import { runningStatus, ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { runCaptured } from '../captured-streams.ts';

/** A port without a listener: a server had it and has closed. */
async function deadEndpoint(): Promise<string> {
  const server = await ServerUnderTest.open();
  const { url } = server;
  await server.close();
  return url;
}

describe('paxkv status', () => {
  it('shows those that answer and those that do not, in the order given', async () => {
    const server = await ServerUnderTest.open();
    try {
      const dead = await deadEndpoint();
      const { exitCode, printed } = await runCaptured(['status', '-e', `${dead},${server.url}`]);
      expect(exitCode).to.equal(0);
      const places = [dead, server.url].map((url) => printed.indexOf(url.replace('http://', '')));
      expect(places[0]).to.be.within(1, places[1] ?? 0);
      expect(printed).to.contain('KV_UNREACHABLE');
    } finally {
      await server.close();
    }
  });

  it('prints the same as JSON', async () => {
    const server = await ServerUnderTest.open();
    try {
      const dead = await deadEndpoint();
      const args = ['status', '--json', '-e', `${server.url},${dead}`];
      const { servers, ...summary } = JSON.parse((await runCaptured(args)).printed);
      expect(summary).to.deep.equal({
        leader: null,
        nodeCount: 3,
        servingCount: 2,
        readyCount: 1,
        hasMajority: true,
        majorityForMs: 5,
      });
      expect(servers).to.be.an('array').of.length(2);
      expect(servers[0]).to.deep.equal({ endpoint: server.url, behind: 1, ...runningStatus });
      expect(servers).to.have.nested.property('[1].endpoint', dead);
      expect(servers).to.have.nested.property('[1].error.code', 'KV_UNREACHABLE');
      expect(servers).to.have.nested.property('[1].error.outcome', 'not done');
    } finally {
      await server.close();
    }
  });

  it('exits 1 if no server answers, and still shows why', async () => {
    const { exitCode, printed, notes } = await runCaptured(['status', '-e', await deadEndpoint()]);
    expect(exitCode).to.equal(1);
    expect(printed).to.contain('KV_UNREACHABLE');
    expect(notes).to.deep.equal(['no server answers']);
  });
});
