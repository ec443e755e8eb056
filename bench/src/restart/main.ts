/**
 * `npm run bench:restart`: fills a cluster of three nodes, kills all of them with `kill -9` and then one at a time, and
 * measures how long each takes from its start until `/readyz` says 200, and how much memory and processor time.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient } from '@paxkv/client';
import { Command } from 'commander';
import { bundledProgram } from 'paxkv/internal/build/bundle-files';
import { freePorts, type Restarted, RestartNode, type RestartNodeOptions } from './restart-node.ts';

const ownProgram = bundledProgram();
const nodeCount = 3;
const inFlight = 2048;
const settleMs = 3000;

interface Options {
  readonly keys: string;
  readonly bytes: string;
  readonly rounds: string;
  readonly programs: string;
}

const program = new Command('bench:restart')
  .description('measures how soon nodes serve after kill -9')
  .option('--keys <count>', 'keys that the nodes hold', '1000000')
  .option('--bytes <count>', 'bytes of each value', '100')
  .option('--rounds <count>', 'how often all nodes are killed, and how often one is', '3')
  .option('--programs <paths>', 'programs to start on copies of the data', ownProgram);

const options = program.parse().opts<Options>();
const [keyCount, valueBytes] = [Number(options.keys), Number(options.bytes)];
const directory = await mkdtemp(join(tmpdir(), 'paxkv-restart-'));
try {
  await run();
} finally {
  await rm(directory, { recursive: true });
}

async function run(): Promise<void> {
  const source = join(directory, 'filled');
  const addresses = (await freePorts(nodeCount)).map((port) => `127.0.0.1:${port}`);
  await mkdir(source);
  const startMs = performance.now();
  await fill(source, addresses);
  const tookS = Math.round((performance.now() - startMs) / 1000);
  console.log(`${keyCount} keys of ${valueBytes} bytes written in ${tookS} s`);
  console.log('program, nodes killed, node: ready after ms, processor ms, peak MB');
  for (const [index, path] of options.programs.split(',').entries()) {
    const copy = join(directory, `copy-${index}`);
    await cp(source, copy, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    await measure(`${index}`, { path, data: copy, addresses });
    await rm(copy, { recursive: true });
  }
}

type Setup = Omit<RestartNodeOptions, 'node'>;

/** Kills and restarts all nodes, and then one after the other while the others go on. */
async function measure(name: string, setup: Setup): Promise<void> {
  let nodes: RestartNode[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    await Promise.all(nodes.map((node) => node.kill()));
    nodes = startAll(setup);
    const results = await Promise.all(nodes.map((node) => node.ready()));
    for (const [node, result] of results.entries()) print(`${name}, all, ${node}`, result);
    await pause(settleMs);
  }
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const node = round % nodeCount;
    await nodes[node]?.kill();
    const started = new RestartNode({ ...setup, node });
    nodes[node] = started;
    print(`${name}, one, ${node}`, await started.ready());
    await pause(settleMs);
  }
  await Promise.all(nodes.map((node) => node.kill()));
}

function print(name: string, { readyMs, processorMs, peakBytes }: Restarted): void {
  const peak = Math.round(peakBytes / 1e6);
  console.log(`${name}: ${Math.round(readyMs)}, ${processorMs}, ${peak}`);
}

async function fill(data: string, addresses: readonly string[]): Promise<void> {
  const nodes = startAll({ path: ownProgram, data, addresses });
  await Promise.all(nodes.map((node) => node.ready()));
  await using client = new KvClient({ endpoints: [...addresses], timeoutMs: 60_000 });
  const value = 'v'.repeat(valueBytes);
  let next = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < keyCount) {
        next += 1;
        await client.put(`key-${String(next).padStart(8, '0')}`, value);
      }
    }),
  );
  await pause(settleMs);
  await Promise.all(nodes.map((node) => node.kill()));
}

function startAll(setup: Setup): RestartNode[] {
  return setup.addresses.map((_, node) => new RestartNode({ ...setup, node }));
}
