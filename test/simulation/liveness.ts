/**
 * Liveness: once faults stop, every healthy server catches up with the others, and a new write is
 * acknowledged, both within ten simulated seconds. The feature level rises to what all servers can run at.
 */
import { KvError } from '@paxkv/client';
import type { RecordedClient } from '../history/recorded-client.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Server } from './cluster/server.ts';
import type { Verdict } from './verdict.ts';

const withinMs = 10_000;
const lookMs = 20;

/** Returns after how many milliseconds both hold. */
export async function checkLiveness(
  cluster: Cluster,
  client: RecordedClient,
  verdict: Verdict,
): Promise<number> {
  const { world } = cluster;
  const startMs = world.now();
  cluster.calm();
  try {
    await client.append('list-late', '[late]');
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    verdict.fail('a write is acknowledged once faults stop', error.message);
  }
  while (!isLevel(cluster.servers) && world.now() < startMs + withinMs) await world.sleep(lookMs);
  verdict.check(
    isLevel(cluster.servers),
    'all servers catch up once faults stop',
    () => `after ${withinMs} ms: ${cluster.servers.map(describe).join(', ')}`,
  );
  while (!isRaised(cluster) && world.now() < startMs + withinMs) await world.sleep(lookMs);
  verdict.check(
    isRaised(cluster),
    'the feature level rises once all servers can run at it',
    () => `after ${withinMs} ms: ${cluster.servers.map(describe).join(', ')}`,
  );
  // What is applied is written to disk a little later.
  while (!isSame(cluster.servers) && world.now() < startMs + withinMs) await world.sleep(lookMs);
  verdict.check(
    isSame(cluster.servers),
    'servers at the same position hold the same state',
    () => `at ${cluster.servers.map(describe).join(', ')}`,
  );
  return world.now() - startMs;
}

function isLevel(servers: readonly Server[]): boolean {
  const positions = new Set(servers.map(({ replica }) => replica?.status.applied));
  return positions.size === 1 && servers.every(({ isRunning }) => isRunning);
}

/** Without a leader the level stays as it is. */
function isRaised({ servers, isLed }: Cluster): boolean {
  const highest = Math.min(...servers.map(({ highestLevel }) => highestLevel));
  return !isLed || servers.every(({ replica }) => (replica?.status.featureLevel ?? 0) >= highest);
}

function isSame(servers: readonly Server[]): boolean {
  return new Set(servers.map(contentOf)).size <= 1;
}

function describe({ replica, highestLevel }: Server): string {
  if (replica === undefined) return 'down';
  const { state, applied, featureLevel } = replica.status;
  return `${state} at ${applied}, feature level ${featureLevel} of ${highestLevel}`;
}

/** Every row of a server's state as one text. */
function contentOf({ state }: Server): string {
  const rows = [...state.contents].sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([name, [, value]]) => `${name}=${Buffer.from(value).toString('hex')}`).join();
}
