/** A scan of a cluster that is written to, one of whose servers is killed in the middle of it. */
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';

const names = Array.from({ length: 40 }, (_, index) => `k${String(index).padStart(2, '0')}`);

describe('a scan', function () {
  this.timeout(60_000);
  const each = clusterPerTest();

  it('shows one revision by all its pages, though the server that gave the first is killed', async () => {
    const writer = each.cluster.client({ nodes: [1, 2] });
    for (const name of names) await writer.put(name, 'old');
    const seen: [string, string][] = [];
    const revisions = new Set<number>();
    const scan = each.cluster.client({ nodes: [0, 1, 2] }).scan({}, { pageSize: 4 });
    for await (const { revision, entries } of scan.pages()) {
      seen.push(...entries.map(({ key, value }): [string, string] => [key, value]));
      revisions.add(revision);
      if (seen.length === 8) await each.cluster.kill(0);
      await writer.put(`k${seen.length}+`, 'new');
      await writer.delete(names.at(-1) ?? '');
      for (const name of names.slice(seen.length, seen.length + 8)) await writer.put(name, 'new');
    }
    expect(seen).to.deep.equal(names.map((name) => [name, 'old']));
    expect([...revisions]).to.deep.equal([names.length]);
  });
});
