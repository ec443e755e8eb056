/**
 * Liveness: once faults stop, every server acknowledges a write and answers a read, and catches up with the others,
 * all within ten simulated seconds. The feature level rises to what all servers can run at.
 */
import { KvError } from '@paxkv/client';
import { isLocalKey } from '@paxkv/kvserver/internal/storage/state/row-keys';
import type { RecordedClient } from '../history/recorded-client.ts';
import type { Cluster } from './cluster/cluster.ts';
import type { Server } from './cluster/server.ts';
import type { Verdict } from './verdict.ts';

const withinMs = 10_000;
const lookMs = 20;

/** The list that every server is asked to append to, once faults stop. */
export const lateKey = 'list-late';

/** `clients`: one of each server. Returns after how many milliseconds all of it holds. */
export async function checkLiveness(
  cluster: Cluster,
  clients: readonly RecordedClient[],
  verdict: Verdict,
): Promise<number> {
  const { world } = cluster;
  const startMs = world.now();
  cluster.calm();
  await Promise.all(clients.map((client, node) => checkService(client, node, verdict)));
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

async function checkService(client: RecordedClient, node: number, verdict: Verdict): Promise<void> {
  const element = `[late.${node}]`;
  await failing(verdict, 'each server acknowledges a write once faults stop', node, () =>
    client.append(lateKey, element),
  );
  await failing(verdict, 'each server answers a read once faults stop', node, async () => {
    const value = await client.get(lateKey);
    verdict.check(
      value?.includes(element) ?? false,
      'an acknowledged write is never lost',
      () => `node ${node} acknowledged ${element}, and then read ${value}`,
    );
  });
}

async function failing(
  verdict: Verdict,
  invariant: string,
  node: number,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof KvError)) throw error;
    verdict.fail(invariant, `node ${node}: ${error.message}`);
  }
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

/** Every row that servers have in common, as one text: not those about the copy of one server. */
function contentOf({ state }: Server): string {
  const shared = [...state.contents].filter(([name]) => !isLocalKey(Buffer.from(name, 'hex')));
  const rows = shared.sort(([a], [b]) => (a < b ? -1 : 1));
  return rows.map(([name, [, value]]) => `${name}=${Buffer.from(value).toString('hex')}`).join();
}
