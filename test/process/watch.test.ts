/**
 * Watches of a cluster whose servers are killed: what they hand out is the sequence of all acknowledged writes, in
 * order, none missing and none twice.
 */
import { KvError } from '@paxkv/client';
import { expect } from 'chai';
import { clusterPerTest } from './cluster-per-test.ts';
import type { ProcessCluster } from './process-cluster.ts';

const laneCount = 6;
/** Writes between two events. */
const writeCount = 80;

/** `revision key=value` of each change. */
type Line = string;

/** Writes until it is stopped, each lane one after the other, and keeps what was acknowledged. */
class Writers {
  readonly acknowledged: Line[] = [];
  #isStopped = false;
  readonly #lanes: Promise<void>[];

  constructor(cluster: ProcessCluster) {
    const client = cluster.client();
    this.#lanes = Array.from({ length: laneCount }, async (_, lane) => {
      for (let number = 0; !this.#isStopped; number += 1) {
        const keys = [`w/${lane}`, `w/${lane}/both`];
        const value = `${number}`;
        if (number % 5 > 0) {
          const { revision } = await client.put(`w/${lane}`, value);
          this.acknowledged.push(`${revision} w/${lane}=${value}`);
          continue;
        }
        const then = keys.map((key) => ({ type: 'put', key, value }) as const);
        const { revision } = await client.transact({ then });
        this.acknowledged.push(...keys.map((key) => `${revision} ${key}=${value}`));
      }
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#lanes);
  }

  async advanced(count: number): Promise<void> {
    const target = this.acknowledged.length + count;
    while (this.acknowledged.length < target) await new Promise((r) => setTimeout(r, 10));
  }
}

interface Collected {
  readonly lines: Line[];
  /** Up to here everything was seen. */
  revision: number;
}

/** Collects with `client.watch` until `isOver`. */
async function collect(cluster: ProcessCluster, isOver: (seen: Collected) => boolean) {
  const seen: Collected = { lines: [], revision: 0 };
  for await (const event of cluster.client().watch({ prefix: 'w/' }, { after: 0 })) {
    if (event.type === 'progress') seen.revision = event.revision;
    else if (event.type === 'put')
      seen.lines.push(`${event.modRevision} ${event.key}=${event.value}`);
    if (isOver(seen)) break;
  }
  return seen.lines;
}

interface Message {
  readonly id: string | undefined;
  readonly data: string;
}

async function* messagesOf(response: Response): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of response.body ?? []) {
    rest += decoder.decode(piece, { stream: true });
    const parts = rest.split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      yield { id: /^id: (\d+)$/m.exec(part)?.[1], data: /^data: (.*)$/m.exec(part)?.[1] ?? '' };
    }
  }
}

interface SentChanges {
  readonly events?: readonly { key: string; value: string; modRevision: number }[];
}

/** The same by server-sent events: after the loss of a server it continues at the next one, after the last id. */
async function collectEvents(cluster: ProcessCluster, isOver: (seen: Collected) => boolean) {
  const seen: Collected = { lines: [], revision: 0 };
  for (let node = 0; !isOver(seen); node = (node + 1) % cluster.nodes.length) {
    const headers = { 'last-event-id': `${seen.revision}` };
    try {
      const response = await fetch(`${cluster.endpoints[node]}/v1/watch?prefix=w/`, { headers });
      // A server that was started anew may not have the changes any more, and another one has them.
      if (response.status !== 200) continue;
      for await (const { id, data } of messagesOf(response)) {
        if (id === undefined) break;
        const { events = [] } = JSON.parse(data) as SentChanges;
        seen.lines.push(...events.map((e) => `${e.modRevision} ${e.key}=${e.value}`));
        seen.revision = Number(id);
        if (isOver(seen)) break;
      }
    } catch (error) {
      if (error instanceof KvError) throw error;
    }
  }
  return seen.lines;
}

const revisionOf = (line: Line) => Number.parseInt(line, 10);
/** Both keys of a transaction have one revision, in no particular order. */
const inOrder = (lines: readonly Line[]) =>
  lines.toSorted((a, b) => revisionOf(a) - revisionOf(b) || (a < b ? -1 : 1));

describe('watches of three processes that are killed in turn', () => {
  const each = clusterPerTest();

  it('hand out every acknowledged write in order, none missing and none twice', async () => {
    const { cluster } = each;
    const writers = new Writers(cluster);
    let last = Number.POSITIVE_INFINITY;
    const isOver = ({ revision }: Collected) => revision >= last;
    const watching = Promise.all([collect(cluster, isOver), collectEvents(cluster, isOver)]);
    for (const node of cluster.nodes) {
      await writers.advanced(writeCount);
      await cluster.kill(node);
      await writers.advanced(writeCount);
      await cluster.restart(node);
    }
    await writers.advanced(writeCount);
    await writers.stop();
    const expected = writers.acknowledged.toSorted((a, b) => revisionOf(a) - revisionOf(b));
    last = revisionOf(expected.at(-1) ?? '0');
    const [byClient, byEvents] = await watching;
    for (const lines of [byClient, byEvents]) {
      expect(lines.map(revisionOf)).to.deep.equal(lines.map(revisionOf).toSorted((a, b) => a - b));
      expect(inOrder(lines)).to.deep.equal(inOrder(expected));
    }
  }).timeout(60_000);

  it('go on after all servers were killed at once, and so do reads of a revision before', async () => {
    const { cluster } = each;
    const writers = new Writers(cluster);
    const before = await cluster.client().put('w/0', 'before');
    await writers.advanced(writeCount);
    await writers.stop();
    // The servers write their states half a second after the replies at the latest; the rest is in their journals.
    const { nodes } = cluster;
    await Promise.all(nodes.map((node) => cluster.kill(node)));
    await Promise.all(nodes.map((node) => cluster.restart(node)));
    const last = await cluster.client().put('w/end', 'after');
    const expected = inOrder([...writers.acknowledged, `${last.revision} w/end=after`]);
    const lines = await collect(cluster, ({ revision }) => revision >= last.revision);
    expect(inOrder(lines.filter((line) => !line.endsWith('=before')))).to.deep.equal(expected);
    // No server takes the changes from another one.
    for (const node of nodes) {
      const client = cluster.client({ nodes: [node] });
      const seen: Line[] = [];
      for await (const batch of client.watch({ prefix: 'w/' }, { after: 0 }).batches()) {
        for (const change of batch.changes)
          if (change.type === 'put')
            seen.push(`${change.modRevision} ${change.key}=${change.value}`);
        if (Number(batch.revision) >= last.revision) break;
      }
      expect(seen).to.deep.equal(lines);
      const earlier = client.scan({ prefix: 'w/' }, { asOf: before.revision });
      for await (const { modRevision } of earlier) expect(modRevision).to.be.most(before.revision);
      expect(await client.count({ prefix: 'w/' }, { asOf: before.revision })).to.be.above(0);
    }
  }).timeout(60_000);
});
