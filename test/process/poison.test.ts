/** Values that nobody can apply, in the journals of real processes: as an earlier version could have taken them. */
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import type { ProcessCluster } from './process-cluster.ts';

const poison = Uint8Array.of(0xff);

/** Notes in the journal of a node that is down that the poison was decided in `instance`. */
async function poisonJournal(cluster: ProcessCluster, node: number, instance: number) {
  const data = await openDataDirectory({
    ...{ path: cluster.directoryOf(node), clusterId: 'tests', nodeId: node },
    nodeCount: cluster.nodes.length,
  });
  await data.journal.write([{ type: 'decided', seq: instance, value: poison }]);
  await data.close();
}

async function untilReason(cluster: ProcessCluster, node: number, pattern: RegExp): Promise<void> {
  for (;;) {
    const status = await cluster.status(node).catch(() => undefined);
    if (pattern.test(status?.reason ?? '')) return;
    expect(cluster.hasExited(node)).to.equal(false);
    await pause(50);
  }
}

describe('a journal with a value that cannot be applied', () => {
  const each = clusterPerTest();

  it('ends no node: it is set aside once the others have that instance, which the node then takes from them', async () => {
    const { cluster } = each;
    const client = cluster.client({ nodes: [0, 1] });
    await client.put('k', 'before');
    await cluster.stop(2);
    const { applied } = await cluster.status(0);
    await poisonJournal(cluster, 2, applied + 1);
    cluster.launch(2);
    await untilReason(cluster, 2, /value for instance \d+ that this version cannot apply: 1 bytes/);
    await client.put('k', 'after');
    await cluster.ready(2);
    await cluster.applied(2, applied + 1);
    expect(await cluster.client({ nodes: [2] }).get('k')).to.equal('after');
    expect(await readdir(cluster.directoryOf(2))).to.include('journal.damaged-1');
    expect(cluster.nodes.filter((node) => cluster.hasExited(node))).to.deep.equal([]);
  }).timeout(60_000);

  it('stays where it is while most have the same, and every node says so', async () => {
    const { cluster } = each;
    await cluster.client().put('k', 'v');
    for (const node of cluster.nodes) await cluster.stop(node);
    for (const node of cluster.nodes) await poisonJournal(cluster, node, 1000);
    for (const node of cluster.nodes) cluster.launch(node);
    const reason = /value for instance 1000 .* once a majority of the other nodes is seen to work/;
    for (const node of cluster.nodes) await untilReason(cluster, node, reason);
    await pause(3000);
    for (const node of cluster.nodes) {
      expect(await cluster.status(node)).to.include({ state: 'repairing' });
      expect(await readdir(cluster.directoryOf(node))).to.not.include('journal.damaged-1');
    }
  }).timeout(60_000);
});
