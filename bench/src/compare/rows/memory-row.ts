/** Measures whether a node's memory grows during a long load. */
import { systemEnvironment } from '@paxkv/client';
import { runLoad } from 'paxkv/internal/bench/load/run-load';
import { Traffic } from 'paxkv/internal/bench/workload/traffic';
import { beginProgress } from '../../progress.ts';
import { PaxkvStore } from '../../stores/paxkv.ts';
import { slopeOf } from '../statistics.ts';
import type { Row } from './row.ts';

const inFlight = 256;
const mebibyte = 1024 ** 2;
const periodMs = 5000;
/** Readings before this time are ignored: the heap, the caches and the database still fill. */
const warmUpShare = 0.3;
const goalMebibytesPerMinute = 1;

interface Reading {
  readonly minutes: number;
  readonly residentBytes: readonly number[];
}

export const memoryRow: Row = {
  key: 'memory',
  work: 'growth of resident memory of each node at full load, all nodes up',
  unit: 'MiB/min',
  peers: [],
  goals: [{ type: 'limit', of: 'worst', atMost: goalMebibytesPerMinute }],
  async run(stage, { memoryMinutes }) {
    if (memoryMinutes === 0) return { figures: [], notes: ['needs --full or --memory-minutes'] };
    const [store] = await stage.stores(['paxkv']);
    if (!(store instanceof PaxkvStore)) throw new TypeError('paxkv must be among the stores');
    const readings = await readWhileBusy(store, memoryMinutes);
    const values = growthOf(readings, memoryMinutes * warmUpShare);
    const notes = [`over ${memoryMinutes} minutes, without the first ${warmUpShare * 100} %`];
    return { figures: [{ store: 'paxkv', client: 'nodes', values }], notes };
  },
};

/** Growth of each node in MiB per minute, over the readings after the warm-up. */
export function growthOf(readings: readonly Reading[], afterMinutes: number): number[] {
  const late = readings.filter(({ minutes }) => minutes >= afterMinutes);
  const nodes = readings[0]?.residentBytes.keys() ?? [];
  return [...nodes].map((node) =>
    slopeOf(
      late.map(({ minutes, residentBytes }) => ({
        x: minutes,
        y: (residentBytes[node] ?? Number.NaN) / mebibyte,
      })),
    ),
  );
}

async function readWhileBusy(store: PaxkvStore, minutes: number): Promise<readonly Reading[]> {
  const { clock } = systemEnvironment();
  const progress = beginProgress(`memory over ${minutes} minutes`);
  const readings: Reading[] = [];
  const startMs = clock.now();
  const read = async () => {
    const statuses = await store.statuses();
    const passed = (clock.now() - startMs) / 60_000;
    readings.push({ minutes: passed, residentBytes: statuses.map((one) => one.residentBytes) });
    progress.update(Math.min(1, passed / minutes));
  };
  const stop = new AbortController();
  const load = keepBusy(store, stop.signal);
  while (clock.now() - startMs < minutes * 60_000) {
    await read();
    await new Promise<void>((resolve) => {
      clock.at(clock.now() + periodMs, resolve);
    });
  }
  stop.abort();
  await load;
  progress.end();
  return readings;
}

async function keepBusy(store: PaxkvStore, signal: AbortSignal): Promise<void> {
  const { clock } = systemEnvironment();
  const sizes = { keyCount: 10_000, keyBytes: 16, valueBytes: 128 };
  const traffic = new Traffic({ mix: { put: 1 }, distribution: 'uniform', ...sizes, seed: 1 });
  const connections = await store.clients[0]?.open('puts', inFlight);
  if (connections === undefined) return;
  const send = (lane: number) => traffic.send(connections.ofLane(lane));
  await runLoad({ send, inFlight, signal, clock });
  await connections.close();
}
