/**
 * A rolling restart under load, as docs/operations.md describes it: wait until every server is ready, stop one,
 * start it again, and so on.
 */
import { expect } from 'chai';
import { Appenders } from './appenders.ts';
import { clusterPerTest } from './cluster-per-test.ts';
import { runCommand } from './command.ts';

const laneCount = 8;

describe('a rolling restart of three processes under load', () => {
  const each = clusterPerTest();

  it('never loses the majority, and fails no request', async () => {
    const { cluster } = each;
    const client = cluster.client();
    const load = new Appenders('list', new Array(laneCount).fill(client));
    await load.progress.advanced(200);
    for (const node of cluster.nodes) {
      const before = await runCommand(cluster.addresses, ['health', '--wait', '15s']);
      expect(before.code, before.stdout).to.equal(0);
      expect(await cluster.stop(node)).to.deep.equal({ code: 0, signal: null });
      const without = await runCommand(cluster.addresses, ['health']);
      expect(without.code, without.stdout).to.equal(1);
      expect(without.stdout.match(/ {2}ready$/gm), without.stdout).to.have.length(2);
      await load.progress.advanced(laneCount + 1);
      cluster.launch(node);
    }
    const after = await runCommand(cluster.addresses, ['health', '--wait', '15s']);
    expect(after.code, after.stdout).to.equal(0);
    await load.progress.advanced(laneCount + 1);
    await load.stop();
    expect(load.gaveUp).to.deep.equal([]);
    load.check(await client.get('list'));
  }).timeout(120_000);
});
