/**
 * A cluster counts a real text of 260,000 words with some 50,000 writes, several hundred at once, while
 * one server is killed and restarted. A lost or duplicated write shows in a frequent word's marks, a late
 * or reordered one in a rare word's number.
 */
import type { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import { countOf, deal, toCount, write } from './lanes.ts';
import { Progress } from './progress.ts';
import { readWords } from './real-text.ts';

const clientCount = 6;
const laneCount = 384;
const readerCount = 64;

describe('a real text', () => {
  const each = clusterPerTest();

  it('is counted correctly on every server, although one was killed meanwhile', async () => {
    const { cluster } = each;
    const words = await readWords();
    const lanes = deal(words, laneCount);
    const writeCount = lanes.flat().length;
    const clients = Array.from({ length: clientCount }, () => cluster.client());
    const progress = new Progress();

    const writing = clients.flatMap((client, index) =>
      lanes
        .filter((_, lane) => lane % clientCount === index)
        .map((lane) => write(lane, { client, progress })),
    );
    const written = Promise.all(writing);
    written.catch((error: unknown) => progress.fail(error));
    await progress.reached(writeCount * 0.4);
    await cluster.kill(1);
    await progress.reached(writeCount * 0.6);
    cluster.launch(1);
    expect(progress.count, 'the restart came after the load').to.be.below(writeCount);
    await Promise.all([written, cluster.ready(1)]);

    const expected = countOf(words);
    for (const node of cluster.nodes) {
      const found = await readCounts(cluster.client({ nodes: [node] }), [...expected.keys()]);
      const wrong = [...expected].filter(([word, count]) => found.get(word) !== count);
      expect(wrong, `on node ${node}`).to.deep.equal([]);
    }
  }).timeout(180_000);
});

/** Reads many keys concurrently. */
async function readCounts(client: KvClient, keys: readonly string[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const left = keys.values();
  const readers = Array.from({ length: readerCount }, async () => {
    for (const key of left) counts.set(key, toCount(await client.get(key)));
  });
  await Promise.all(readers);
  return counts;
}
