/** Runs all measurements in sequence on one fresh cluster: memory first, then the loads. */
import { KeySpace } from './key-space.ts';
import { runClientLoad } from './load.ts';
import { beginProgress } from './progress.ts';
import { type LoadFigures, type MemoryReading, type Placement, toFigures } from './results.ts';
import type { Settings } from './settings.ts';
import { PaxkvStore } from './stores/paxkv.ts';

const nodeCount = 3;
const keyCountMax = 10_000;
const memoryClientCount = 64;
const kinds = ['put', 'get'] as const;
const placements: readonly Placement[] = ['spread', 'one server'];

export interface Measured {
  readonly memory: readonly MemoryReading[];
  readonly loads: readonly LoadFigures[];
}

export async function measure(settings: Settings): Promise<Measured> {
  const { profileDirectory, putCount, valueBytes } = settings;
  const cluster = await PaxkvStore.start({ nodeCount, profileDirectory });
  const stopEarly = () => void cluster.group.stop().finally(() => process.exit(130));
  process.once('SIGINT', stopEarly);
  try {
    const keys = new KeySpace({ keyCount: Math.min(keyCountMax, putCount), valueBytes });
    const memory = await measureMemory(cluster, keys, settings);
    return { memory, loads: await measureLoads(cluster, keys, settings) };
  } finally {
    process.removeListener('SIGINT', stopEarly);
    await cluster.group.stop();
  }
}

/**
 * Takes a reading at the start and after each tenth of the puts. The puts also fill every key and warm the
 * servers up.
 */
async function measureMemory(
  cluster: PaxkvStore,
  keys: KeySpace,
  { putCount }: Settings,
): Promise<readonly MemoryReading[]> {
  const progress = beginProgress(`memory over ${putCount} puts`);
  const readings = [await readMemory(cluster, 0)];
  const { addresses: endpoints } = cluster.group;
  for (let tenth = 1; tenth <= 10; tenth += 1) {
    const done = readings.at(-1)?.putCount ?? 0;
    const aim = Math.round((putCount * tenth) / 10);
    const load = { kind: 'put', clientCount: memoryClientCount, endpoints, keys } as const;
    await runClientLoad({ ...load, requestCount: aim - done });
    readings.push(await readMemory(cluster, aim));
    progress.update(tenth / 10);
  }
  progress.end();
  return readings;
}

async function readMemory(cluster: PaxkvStore, putCount: number): Promise<MemoryReading> {
  const statuses = await cluster.statuses();
  return { putCount, residentBytes: statuses.map(({ residentBytes }) => residentBytes) };
}

async function measureLoads(
  cluster: PaxkvStore,
  keys: KeySpace,
  { clientCounts, seconds }: Settings,
): Promise<readonly LoadFigures[]> {
  const loads: LoadFigures[] = [];
  for (const kind of kinds) {
    for (const placement of placements) {
      for (const clientCount of clientCounts) {
        const progress = beginProgress(`${kind}, ${clientCount} clients, ${placement}`);
        const endpoints = cluster.group.addresses.slice(0, placement === 'spread' ? undefined : 1);
        const load = { kind, clientCount, endpoints, keys, seconds };
        const result = await runClientLoad({ ...load, onProgress: progress.update });
        progress.end();
        loads.push(toFigures({ kind, placement, clientCount }, result));
      }
    }
  }
  return loads;
}
