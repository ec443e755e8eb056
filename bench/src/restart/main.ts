/**
 * `npm run bench:restart`: fills a cluster of three nodes, kills all of them with `kill -9`, and measures how long
 * each takes from its start until `/readyz` says 200, and how much memory and processor time that costs.
 */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KvClient } from '@paxkv/client';
import { Command } from 'commander';
import { freePorts, type Restarted, RestartNode } from './restart-node.ts';

const ownProgram = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));
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
  .option('--rounds <count>', 'how often all nodes are killed', '3')
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
  console.log('program, round, node: ready after ms, processor ms, peak MB');
  for (const [index, path] of options.programs.split(',').entries()) {
    const copy = join(directory, `copy-${index}`);
    await cp(source, copy, { recursive: true, filter: (name) => !name.endsWith('LOCK') });
    for (let round = 0; round < Number(options.rounds); round += 1) {
      const results = await restart(path, copy, addresses);
      for (const [node, { readyMs, processorMs, peakBytes }] of results.entries()) {
        const peak = Math.round(peakBytes / 1e6);
        console.log(`${index}, ${round}, ${node}: ${Math.round(readyMs)}, ${processorMs}, ${peak}`);
      }
    }
  }
}

async function fill(data: string, addresses: readonly string[]): Promise<void> {
  const nodes = startAll(ownProgram, data, addresses);
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
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  await Promise.all(nodes.map((node) => node.kill()));
}

/** Starts all nodes at once, waits until each serves, and kills them again. */
async function restart(
  path: string,
  data: string,
  addresses: readonly string[],
): Promise<Restarted[]> {
  const nodes = startAll(path, data, addresses);
  const results = await Promise.all(nodes.map((node) => node.ready()));
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  await Promise.all(nodes.map((node) => node.kill()));
  return results;
}

function startAll(path: string, data: string, addresses: readonly string[]): RestartNode[] {
  return addresses.map((_, node) => new RestartNode({ path, data, addresses, node }));
}
