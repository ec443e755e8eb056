/**
 * The data of a cluster after a crash of all nodes, created once and copied for each cell: its
 * journals have several segments, its states are in tables and logs, and the last writes are known to all nodes but one.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KvClient } from '@paxkv/client';
import { ServerCluster } from './server-cluster.ts';

const keyCount = 60;
const lastKeyCount = 10;

export class Template {
  readonly nodeCount: number;
  /** Every write that was acknowledged. */
  readonly values: ReadonlyMap<string, string>;
  readonly #directory: string;

  private constructor(nodeCount: number, values: ReadonlyMap<string, string>, directory: string) {
    this.nodeCount = nodeCount;
    this.values = values;
    this.#directory = directory;
  }

  static async make(nodeCount: number): Promise<Template> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-template-'));
    const cluster = await ServerCluster.create(nodeCount);
    const values = new Map<string, string>();
    try {
      await writeAll(cluster, values);
      for (const node of cluster.nodes) {
        const isFile = (name: string) => !name.endsWith('LOCK');
        await cp(cluster.path(node), join(directory, `${node}`), {
          recursive: true,
          filter: isFile,
        });
      }
    } finally {
      await cluster.remove();
    }
    return new Template(nodeCount, values, directory);
  }

  /** The data directory of one node. Not to be modified. */
  path(node: number): string {
    return join(this.#directory, `${node}`);
  }

  /** A cluster with this data, none of its nodes started. The caller removes it. */
  async cluster(): Promise<ServerCluster> {
    const cluster = await ServerCluster.create(this.nodeCount);
    for (const node of cluster.nodes) {
      await cp(this.path(node), cluster.path(node), { recursive: true });
    }
    return cluster;
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true });
  }
}

async function writeAll(cluster: ServerCluster, values: Map<string, string>): Promise<void> {
  // At its second start each database moves the content of its log into a table.
  for (const phase of ['first', 'second']) {
    await cluster.startAll();
    await using client = cluster.client();
    await write(
      client,
      values,
      Array.from({ length: keyCount }, (_, key) => `${phase} ${key}`),
    );
    await cluster.level(20_000);
    if (phase === 'first') await cluster.stopAll();
  }
  const last = cluster.nodes.length - 1;
  await cluster.stop(last);
  await using client = cluster.client(cluster.nodes.slice(0, last));
  await write(
    client,
    values,
    Array.from({ length: lastKeyCount }, (_, key) => `second ${key}`),
  );
  // Waits for what is still in flight after the last acknowledgement: the last commit notices and notes.
  await new Promise((resolve) => setTimeout(resolve, 300));
}

async function write(
  client: KvClient,
  values: Map<string, string>,
  keys: readonly string[],
): Promise<void> {
  for (const key of keys) {
    const value = `${key} ${values.size} ${'.'.repeat(1500)}`;
    await client.put(key, value);
    values.set(key, value);
  }
}
