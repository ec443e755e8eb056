/**
 * Runs one cell: damages the data of a cluster, starts it, waits until every node has verified all its rows, and
 * checks the result. Rule: never a wrong value, never a lost write, no damage that is not found; and no operator is
 * needed while enough nodes are intact.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KvClient } from '@paxkv/client';
import { type Cell, damagedNodesOf } from './cells.ts';
import { corrupt } from './corruptions.ts';
import { segmentUse } from './segment-use.ts';
import type { ServerCluster } from './server-cluster.ts';
import type { Template } from './template.ts';

/** Maximum duration of a repair. */
const repairMsMax = 30_000;
/** A cluster counts as stopped if fewer nodes than a quorum have been up for this long. */
const stillMsMin = 3000;

export interface Outcome {
  /** `stopped`: no quorum serves, and the nodes that do not serve report why. */
  readonly fate: 'recovered' | 'stopped';
  /** Time until all nodes had the same state, or until the cluster had stopped. */
  readonly tookMs: number;
  /** Quarantined parts, over all nodes. */
  readonly setAsideCount: number;
  /** Those of them that held anything: not a journal without a record. */
  readonly givenUpCount: number;
}

/** `at`, from 0 to 1, is the position in the files. @throws Error that describes the failure */
export async function runCell(cell: Cell, template: Template, at: number): Promise<Outcome> {
  const cluster = await template.cluster();
  try {
    for (const [index, node] of damagedNodesOf(cell).entries()) {
      const other = template.path((node + 1) % template.nodeCount);
      // Each node is damaged at another position.
      await corrupt(cluster.path(node), { ...cell, at: (at + index * 0.29) % 1, other });
    }
    return await observe(cell, cluster, template.values);
  } finally {
    await cluster.remove();
  }
}

async function observe(
  { extent, target }: Cell,
  cluster: ServerCluster,
  values: ReadonlyMap<string, string>,
): Promise<Outcome> {
  const startMs = performance.now();
  const watch = new Watch(cluster, values);
  const fate = await cluster
    .startAll()
    .then(() => cluster.settled(repairMsMax, stillMsMin))
    .finally(() => watch.end());
  const tookMs = performance.now() - startMs;
  const setAside = await partsSetAside(cluster);
  const setAsideCount = setAside.length;
  const isFound = setAsideCount > 0 || fate === 'stopped';
  if (target === 'data table' && !isFound) throw new Error('the damage was not found');
  if (fate === 'stopped') {
    if (extent !== 'all') throw new Error(`the cluster stopped: ${cluster.report()}`);
    expectReasons(cluster);
  } else {
    for (const node of cluster.nodes) await expectAll(cluster, node, values);
  }
  const used = await Promise.all(setAside.map(holdsAnything));
  return { fate, tookMs, setAsideCount, givenUpCount: used.filter(Boolean).length };
}

/** Reads from every node from the start on: every answer must be right. */
class Watch {
  readonly #cluster: ServerCluster;
  readonly #values: readonly (readonly [string, string])[];
  readonly #reading: Promise<void>[];
  #isOver = false;

  constructor(cluster: ServerCluster, values: ReadonlyMap<string, string>) {
    this.#cluster = cluster;
    this.#values = [...values];
    this.#reading = cluster.nodes.map((node) => this.#read(node));
    for (const reading of this.#reading) reading.catch(() => {});
  }

  /** @throws Error if a read was answered wrongly */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#reading);
  }

  async #read(node: number): Promise<void> {
    await using client = this.#cluster.client([node], 300);
    for (let count = node; !this.#isOver; count += 7) {
      const [key, value] = this.#values[count % this.#values.length] ?? ['', ''];
      const answer = await client.get(key).catch((error: unknown) => ({ error }));
      if (typeof answer === 'object') await new Promise((resolve) => setTimeout(resolve, 50));
      else expectSame(node, key, { value, answer });
    }
  }
}

/** Checks that every acknowledged write is there, and that new writes succeed. */
async function expectAll(
  cluster: ServerCluster,
  node: number,
  values: ReadonlyMap<string, string>,
): Promise<void> {
  await using client = cluster.client([node]);
  await Promise.all(
    [...values].map(async ([key, value]) =>
      expectSame(node, key, { value, answer: await client.get(key) }),
    ),
  );
  await expectWritable(client, `written at ${node}`);
}

async function expectWritable(client: KvClient, key: string): Promise<void> {
  await client.put(key, 'new');
  if ((await client.get(key)) !== 'new') throw new Error(`${key} was not written`);
}

function expectSame(
  node: number,
  key: string,
  { value, answer }: { value: string; answer: string | undefined },
): void {
  if (answer === value) return;
  const found = answer === undefined ? 'nothing' : JSON.stringify(answer.slice(0, 40));
  throw new Error(`node ${node} has ${found} at ${key}, not ${JSON.stringify(value.slice(0, 40))}`);
}

function expectReasons(cluster: ServerCluster): void {
  for (const server of cluster.running) {
    const { state, reason, node } = server.status();
    if (state !== 'running' && reason === undefined)
      throw new Error(`node ${node} is ${state} without a reason`);
  }
}

/** The paths of what was set aside. */
async function partsSetAside(cluster: ServerCluster): Promise<string[]> {
  const parts = cluster.nodes.map(async (node) => {
    const names = await readdir(cluster.path(node));
    return names
      .filter((name) => name.includes('.damaged-'))
      .map((name) => join(cluster.path(node), name));
  });
  return (await Promise.all(parts)).flat();
}

async function holdsAnything(part: string): Promise<boolean> {
  if (!part.includes('journal.damaged-')) return true;
  const segments = (await readdir(part)).filter((name) => name.endsWith('.wal'));
  const contents = await Promise.all(segments.map((name) => readFile(join(part, name))));
  return contents.some((content) => segmentUse(content).isInUse);
}
