/** Tests of the key/value lab with real processes, under the lab's titles. */
import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import { Appenders } from './appenders.ts';
import { clusterPerSuite } from './cluster-per-suite.ts';
import type { ProcessCluster } from './process-cluster.ts';

describe('the key/value lab over three processes', () => {
  const each = clusterPerSuite();

  it('Basic put/append/get', async () => {
    const { cluster } = each;
    const any = cluster.client();
    await any.append('app', 'x');
    await any.append('app', 'y');
    expect(await any.get('app')).to.equal('xy');
    await any.put('a', 'aa');
    expect(await any.get('a')).to.equal('aa');
    await cluster.client({ nodes: [1] }).put('a', 'aaa');
    expect(await cluster.client({ nodes: [2] }).get('a')).to.equal('aaa');
    expect(await cluster.client({ nodes: [1] }).get('a')).to.equal('aaa');
    expect(await any.get('a')).to.equal('aaa');
  }).timeout(20_000);

  it('Concurrent clients', async () => {
    const { cluster } = each;
    for (let round = 0; round < 20; round += 1) {
      const calls = Array.from({ length: 15 }, async () => {
        const client = cluster.client({ nodes: [randomInt(3)] });
        if (randomInt(2) === 0) await client.put('b', `${randomInt(1_000_000)}`);
        else await client.get('b');
      });
      await Promise.all(calls);
      const values = await readEverywhere(cluster, 'b');
      expect(new Set(values).size, `${values}`).to.equal(1);
    }
  }).timeout(40_000);

  it('Concurrent Append to same key, each server killed once (lab D7)', async () => {
    const { cluster } = each;
    const clients = Array.from({ length: 5 }, () => cluster.client());
    const appenders = new Appenders('list', clients);
    for (const node of cluster.nodes) {
      await appenders.progress.advanced(50);
      await cluster.kill(node);
      await appenders.progress.advanced(50);
      await cluster.restart(node);
    }
    await appenders.progress.advanced(50);
    await appenders.stop();
    expect(appenders.gaveUp).to.deep.equal([]);
    for (const value of await readEverywhere(cluster, 'list')) appenders.check(value);
    for (const node of cluster.nodes) {
      await cluster.kill(node);
      appenders.check(await cluster.client().get('list'));
      await cluster.restart(node);
      appenders.check(await cluster.client({ nodes: [node] }).get('list'));
    }
  }).timeout(60_000);

  it('Simultaneous Append and crash (lab D8)', async () => {
    const { cluster } = each;
    const client = cluster.client();
    let value = '';
    for (let round = 0; round < 9; round += 1) {
      const node = round % 3;
      const appending = client.append('k', `${round}.`);
      // The time of the kill within the append: from before its first message to after its reply.
      await new Promise((resolve) => setTimeout(resolve, randomInt(12)));
      await cluster.kill(node);
      await appending;
      value += `${round}.`;
      expect(await client.get('k')).to.equal(value);
      await cluster.restart(node);
      expect(await cluster.client({ nodes: [node] }).get('k')).to.equal(value);
    }
  }).timeout(60_000);
});

/** The key's value on each server. */
async function readEverywhere(cluster: ProcessCluster, key: string) {
  return Promise.all(cluster.nodes.map((node) => cluster.client({ nodes: [node] }).get(key)));
}
