/** A cluster of real processes that is wiped and made anew at the same addresses, while clients live on. */
import { rm } from 'node:fs/promises';
import { KvClient, KvError } from '@paxkv/client';
import { systemEnvironment } from '@paxkv/client/internal/system-environment';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import type { ProcessCluster } from './process-cluster.ts';

async function makeAnew(cluster: ProcessCluster): Promise<void> {
  await cluster.kill(...cluster.nodes);
  for (const node of cluster.nodes) await rm(cluster.directoryOf(node), { recursive: true });
  await cluster.restart(...cluster.nodes);
}

async function incarnationOf(cluster: ProcessCluster): Promise<string | undefined> {
  const statuses = await Promise.all(cluster.nodes.map((node) => cluster.status(node)));
  const names = new Set(statuses.map(({ incarnation }) => incarnation));
  expect(names.size).to.equal(1);
  return [...names][0];
}

describe('a cluster that is made anew', function () {
  this.timeout(90_000);
  const run = clusterPerTest();

  it('has another incarnation, and takes nothing from clients of the earlier one', async () => {
    const { cluster } = run;
    const before = await incarnationOf(cluster);
    const endpoints = cluster.addresses.map((address) => `http://${address}`);
    const clients = (['stream', 'http'] as const).map(
      (transport) => new KvClient({ endpoints, transport, timeoutMs: 30_000 }),
    );
    for (const client of clients) await client.append('k', 'a');
    const pending = clients.map((client) =>
      client.append('k', 'b').catch((error: unknown) => error),
    );
    await makeAnew(cluster);
    expect(await incarnationOf(cluster))
      .to.be.a('string')
      .that.is.not.equal(before);
    for (const outcome of await Promise.all(pending)) {
      // What the earlier cluster acknowledged before it was wiped is no loss of this one.
      if (outcome instanceof KvError) expect(outcome.outcome).to.be.oneOf(['not done', 'unknown']);
    }
    for (const client of clients) {
      for (const value of ['c', 'd']) {
        const error = await client.append('k', value).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(KvError);
        expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
      }
    }
    await Promise.all(clients.map((client) => client.close()));
    const anew = cluster.client();
    expect(await anew.get('k')).to.equal(undefined);
    await anew.append('k', 'e');
    expect(await anew.get('k')).to.equal('e');
  });

  it('keeps its incarnation over restarts, also of a server that was wiped', async () => {
    const { cluster } = run;
    const before = await incarnationOf(cluster);
    const client = cluster.client();
    await client.append('k', 'a');
    await cluster.kill(0);
    await rm(cluster.directoryOf(0), { recursive: true });
    await cluster.restart(0);
    await cluster.kill(...cluster.nodes);
    await cluster.restart(...cluster.nodes);
    expect(await incarnationOf(cluster)).to.equal(before);
    await client.append('k', 'b');
    expect(await client.get('k')).to.equal('ab');
  });
});

describe('a client of two clusters', function () {
  this.timeout(90_000);
  const [one, two] = [clusterPerTest(), clusterPerTest()];

  for (const transport of ['stream', 'http'] as const) {
    it(`is refused over ${transport}, and names the servers that differ`, async () => {
      const addresses = [one.cluster.addresses[0], two.cluster.addresses[0]];
      const endpoints = addresses.map((address) => `http://${address}`);
      // It begins with the first server.
      const environment = { ...systemEnvironment(transport), random: { next: () => 0 } };
      const client = new KvClient({ endpoints, environment, timeoutMs: 5_000 });
      const errors: unknown[] = [];
      const read = () => client.get('k').catch((error: unknown) => errors.push(error));
      await read();
      await one.cluster.kill(0);
      for (let count = 0; count < 3; count += 1) await read();
      expect(errors[0]).to.be.instanceOf(KvError).and.include({ outcome: 'not done' });
      const error = await client.put('k', 'v').catch((reason: unknown) => reason);
      expect(error).to.include({ code: 'KV_WRONG_CLUSTER', outcome: 'not done' });
      for (const endpoint of endpoints) expect(String(error)).to.include(endpoint);
      await client.close();
    });
  }
});
