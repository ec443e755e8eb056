/**
 * The data of a cluster after a crash of all nodes, created once and copied for each cell: its
 * journals have several segments, its states are in tables and logs, and the last writes are known to all nodes but one.
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KvClient } from '@paxkv/client';
import { Level } from 'level';
import { compact } from '../unit/kvserver/storage/leveldb/compact.ts';
import { ServerCluster } from './server-cluster.ts';

const keyCount = 60;
const lastKeyCount = 10;
const writeMsMax = 60_000;
/** So much that cannot be compressed that each state has tables without positions and sessions. */
const bulkKeyCount = 500;
const bulkValueBytes = 6000;
const bulkAtOnce = 25;
/** The least that LevelDB allows. */
const tableBytes = 1024 * 1024;

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
    await using client = cluster.client(cluster.nodes, writeMsMax);
    await write(
      client,
      values,
      Array.from({ length: keyCount }, (_, key) => `${phase} ${key}`),
    );
    if (phase === 'first') await writeBulk(client, values);
    await cluster.level(20_000);
    if (phase === 'second') continue;
    await cluster.stopAll();
    for (const node of cluster.nodes) await compactState(join(cluster.path(node), 'state'));
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

async function writeBulk(client: KvClient, values: Map<string, string>): Promise<void> {
  const bulk = Array.from({ length: bulkKeyCount }, (_, index) => {
    const value = randomBytes(bulkValueBytes / 2).toString('hex');
    return [`bulk ${index}`, value] as const;
  });
  for (let from = 0; from < bulk.length; from += bulkAtOnce) {
    const some = bulk.slice(from, from + bulkAtOnce);
    await Promise.all(some.map(([key, value]) => client.put(key, value)));
    for (const [key, value] of some) values.set(key, value);
  }
}

/** Merges all tables of a closed database, so that none but the last has positions and sessions. */
async function compactState(directory: string): Promise<void> {
  const level = new Level<Uint8Array, Uint8Array>(directory, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    maxFileSize: tableBytes,
  });
  await level.open();
  await compact(level, Uint8Array.of(0), Uint8Array.of(0xff));
  await level.close();
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
