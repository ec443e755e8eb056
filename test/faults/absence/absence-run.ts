/**
 * A node is killed under full load, stays away for long, and returns while the load goes on. The others must
 * neither grow nor slow down meanwhile, and the node must become level.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { KvClient } from '@paxkv/client';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import type { LoadResult } from 'paxkv/internal/bench/load/load';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import type { Scene } from '../nemesis/nemesis.ts';
import { mebibytesPerMinute, type Point } from './growth.ts';
import { ResourceLog, type Sample } from './resource-log.ts';

export interface AbsencePlan {
  /** How long the node stays away. */
  readonly downMs: number;
  readonly valueBytes: number;
  readonly inFlight: number;
  /** Keys that the load writes; they bound the size of the state. */
  readonly keyCount: number;
}

export interface AbsenceFigures {
  readonly absent: number;
  readonly downFromMs: number;
  readonly downToMs: number;
  /** By node. */
  readonly samples: readonly (readonly Sample[])[];
  /** Milliseconds from the restart until the node was level; `undefined` if it did not become level in time. */
  readonly levelAfterMs: number | undefined;
  /** The growth of the memory of each other node while the node was away, in the second half. MiB a minute. */
  readonly growth: readonly { readonly node: number; readonly perMinute: number }[];
  readonly p99Ms: { readonly before: number; readonly during: number; readonly after: number };
  readonly perSecond: { readonly before: number; readonly during: number; readonly after: number };
  /** What the page and the report line show. */
  readonly rows: readonly { readonly name: string; readonly text: string }[];
}

const baseMs = 8000;
const afterMs = 15_000;
const levelMsMax = 60_000;
/**
 * The first half of an absence is not measured. Caches and the log fill within a minute, and the heap is level from
 * then on; the C library's allocator takes some minutes more until it finds room in what it holds.
 */
const settlingShare = 1 / 2;
const pollMs = 50;

export async function playAbsence(scene: Scene, plan: AbsencePlan): Promise<AbsenceFigures> {
  const { cluster } = scene;
  const [absent = 0] = await scene.aim.draw(1);
  const client = cluster.client({ timeoutMs: 30_000 });
  const log = new ResourceLog(cluster);
  try {
    const before = await load(client, plan, baseMs);
    await cluster.kill(absent);
    const downFromMs = log.nowMs;
    const during = await load(client, plan, plan.downMs);
    const downToMs = log.nowMs;
    cluster.launch(absent);
    const restartedMs = performance.now();
    const [after, levelAfterMs] = await Promise.all([
      load(client, plan, afterMs),
      untilLevel(scene, absent, restartedMs),
    ]);
    await log.stop();
    const growth = cluster.nodes
      .filter((node) => node !== absent)
      .map((node) => ({
        node,
        perMinute: growthIn(log.samples[node] ?? [], downFromMs, downToMs),
      }));
    const p99Ms = { before: p99Of(before), during: p99Of(during), after: p99Of(after) };
    const perSecond = { before: rateOf(before), during: rateOf(during), after: rateOf(after) };
    const { samples } = log;
    const figures = {
      absent,
      downFromMs,
      downToMs,
      samples,
      levelAfterMs,
      growth,
      p99Ms,
      perSecond,
    };
    return { ...figures, rows: rowsOf(figures) };
  } finally {
    await log.stop();
    await client.close();
  }
}

async function load(client: KvClient, plan: AbsencePlan, durationMs: number): Promise<LoadResult> {
  const { inFlight, keyCount, valueBytes } = plan;
  const value = randomBytes(valueBytes);
  let number = 0;
  return runLoad({
    inFlight,
    durationMs,
    clock: systemClock,
    send: () => {
      number += 1;
      return client.put(`absence.${number % keyCount}`, value);
    },
  });
}

/** Resolves with the time until the node has applied what the others had applied when it was asked. */
async function untilLevel(
  { cluster }: Scene,
  node: number,
  fromMs: number,
): Promise<number | undefined> {
  const others = cluster.nodes.filter((each) => each !== node);
  while (performance.now() < fromMs + levelMsMax) {
    try {
      const positions = await Promise.all(others.map((other) => cluster.status(other)));
      const newest = Math.max(...positions.map(({ applied }) => applied));
      const askedMs = performance.now();
      const { state, applied } = await cluster.status(node);
      if (state === 'running' && applied >= newest) return askedMs - fromMs;
    } catch {
      // It does not listen yet.
    }
    await pause(pollMs);
  }
  return undefined;
}

function growthIn(samples: readonly Sample[], fromMs: number, toMs: number): number {
  const settledMs = fromMs + (toMs - fromMs) * settlingShare;
  const points = samples.flatMap(({ atMs, memoryBytes }): Point[] =>
    memoryBytes === undefined || atMs < settledMs || atMs > toMs
      ? []
      : [{ atMs, bytes: memoryBytes }],
  );
  return mebibytesPerMinute(points);
}

function p99Of({ histogram }: LoadResult): number {
  return histogram.getValueAtPercentile(99) / 1000;
}

function rateOf({ answeredCount, elapsedMs }: LoadResult): number {
  return (answeredCount * 1000) / Math.max(1, elapsedMs);
}

function rowsOf(figures: Omit<AbsenceFigures, 'rows'>): AbsenceFigures['rows'] {
  const { samples, growth, p99Ms, perSecond, levelAfterMs, downFromMs, downToMs } = figures;
  const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;
  const highest = (bytesOf: (sample: Sample) => number) =>
    samples.map((series) => mebibytes(Math.max(0, ...series.map(bytesOf)))).join(', ');
  return [
    { name: 'down for', text: `${((downToMs - downFromMs) / 1000).toFixed(0)} s` },
    {
      name: 'growth of memory of the others, in the second half',
      text: growth
        .map(({ node, perMinute }) => `node ${node}: ${perMinute.toFixed(2)} MiB/min`)
        .join(', '),
    },
    { name: 'highest memory', text: highest(({ memoryBytes = 0 }) => memoryBytes) },
    { name: 'highest disk', text: highest(({ diskBytes }) => diskBytes) },
    {
      name: 'level after the restart',
      text: levelAfterMs === undefined ? 'not in time' : `${(levelAfterMs / 1000).toFixed(1)} s`,
    },
    {
      name: 'p99 of puts before, during, after',
      text: [p99Ms.before, p99Ms.during, p99Ms.after].map((ms) => `${ms.toFixed(1)} ms`).join(', '),
    },
    {
      name: 'puts a second before, during, after',
      text: [perSecond.before, perSecond.during, perSecond.after]
        .map((rate) => rate.toFixed(0))
        .join(', '),
    },
  ];
}
