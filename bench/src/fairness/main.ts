/**
 * `npm run bench:fairness`: how much longer one client waits for its puts and gets, one at a time, while four greedy
 * clients load the same servers. Idle and loaded turns alternate, and the ratio of each row is the median of its
 * rounds. The greedy clients run in a process of low priority: what is measured is whom the servers serve, and not
 * how many processes share the processors. The columns `starved` tell what is left of that: the part of the time in
 * which a server was ready to run and got no processor.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KvClient } from '@paxkv/client';
import { Command } from 'commander';
import { PaxkvStore } from '../stores/paxkv.ts';
import { tableOf } from '../text-table.ts';
import { type GreedyLoad, type GreedyResult, greedyLoads, prepare } from './loads.ts';

const greedyProgram = fileURLToPath(new URL('greedy.js', import.meta.url));
/** The goal of the project: p99 under load ≤ 5 × that of idle servers. */
const ratioMax = 5;
const warmUpMs = 1000;
const nodeCount = 3;

interface Options {
  readonly rounds: string;
  readonly seconds: string;
  readonly only: string;
}

interface Waits {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Attempts that failed, retries that then succeeded included. */
  readonly refusedCount: number;
  /** The part of the time in which a server was ready to run and got no processor, 0 to 1. */
  readonly starved: number;
}

interface Round {
  readonly idle: Waits;
  readonly busy: Waits;
  readonly greedy: GreedyResult;
  /** How long the greedy clients were served, in seconds. */
  readonly greedySeconds: number;
}

const options = new Command('bench:fairness')
  .description('measures what greedy clients cost another one')
  .option('--rounds <count>', 'idle and loaded turns of each row', '3')
  .option('--seconds <count>', 'length of a turn', '5')
  .option('--only <names>', 'these rows, separated by commas', '')
  .parse()
  .opts<Options>();
const loads = greedyLoads.filter(({ name }) => options.only === '' || options.only.includes(name));
const store = await PaxkvStore.start({ nodeCount });
try {
  const endpoints = [...store.group.addresses];
  await prepare(endpoints);
  const rows: string[][] = [];
  for (const load of loads) rows.push(toRow(load, await measure(load, endpoints)));
  const head = [
    'greedy',
    'idle p50',
    'p99 ms',
    'starved',
    'busy p50',
    'p99 ms',
    'starved',
    'ratio',
    'refused',
    'served/s',
  ];
  console.log(tableOf(head, rows));
} finally {
  await store.group.stop();
}

async function measure(load: GreedyLoad, endpoints: string[]): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const idle = await waitsOf(endpoints);
    const child = spawn(process.execPath, [greedyProgram, load.name, ...endpoints], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const running = await lines.next();
    if (running.done === true) throw new Error(`the greedy clients of ${load.name} have ended`);
    const startMs = performance.now();
    await pause(warmUpMs);
    const busy = await waitsOf(endpoints);
    const greedySeconds = (performance.now() - startMs) / 1000;
    const exited = once(child, 'exit');
    child.stdin.end();
    const { value: text } = await lines.next();
    await exited;
    rounds.push({ idle, busy, greedy: JSON.parse(text), greedySeconds });
  }
  return rounds;
}

/** A put and a get in turn, one at a time. */
async function waitsOf(endpoints: string[]): Promise<Waits> {
  await using client = new KvClient({ endpoints });
  await client.put('other', 'v');
  const waits: number[] = [];
  let refusedCount = 0;
  client.events.addEventListener('retry', () => {
    refusedCount += 1;
  });
  client.events.addEventListener('failure', () => {
    refusedCount += 1;
  });
  const [startMs, starvedMs] = [performance.now(), await store.group.starvedMs()];
  const endMs = startMs + Number(options.seconds) * 1000;
  while (performance.now() < endMs) {
    const askedMs = performance.now();
    const asked = waits.length % 2 === 0 ? client.put('other', 'v') : client.get('other');
    await asked.catch(() => {});
    waits.push(performance.now() - askedMs);
  }
  const tookMs = performance.now() - startMs;
  const starved = ((await store.group.starvedMs()) - starvedMs) / (tookMs * nodeCount);
  waits.sort((a, b) => a - b);
  return { starved, p50Ms: at(waits, 0.5), p99Ms: at(waits, 0.99), refusedCount };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function toRow({ name }: GreedyLoad, rounds: readonly Round[]): string[] {
  const medianOf = (of: (round: Round) => number) => median(rounds.map(of));
  const ratio = medianOf(({ idle, busy }) => busy.p99Ms / idle.p99Ms);
  const refusedCount = rounds.reduce((sum, { busy }) => sum + busy.refusedCount, 0);
  return [
    name,
    ...waitsRow(rounds.map(({ idle }) => idle)),
    ...waitsRow(rounds.map(({ busy }) => busy)),
    `${ratio.toFixed(1)}${ratio > ratioMax ? ' (goal 5)' : ''}`,
    `${refusedCount}`,
    `${Math.round(medianOf(({ greedy, greedySeconds }) => greedy.doneCount / greedySeconds))}`,
  ];
}

function waitsRow(all: readonly Waits[]): string[] {
  const medianOf = (of: (waits: Waits) => number) => median(all.map(of));
  const [p50Ms, p99Ms] = [medianOf((one) => one.p50Ms), medianOf((one) => one.p99Ms)];
  const starved = medianOf((one) => one.starved);
  return [p50Ms.toFixed(2), p99Ms.toFixed(2), `${Math.round(100 * starved)} %`];
}

function median(values: readonly number[]): number {
  return at(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
