/**
 * Checks that all nodes converge: the same position with the same content, once the traffic has stopped.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StateMachine } from '@paxkv/kvserver/internal/state-machine/state-machine';
import { StateDatabase } from '@paxkv/kvserver/internal/storage/state/state-database';
import { Level } from 'level';
import type { ProcessCluster } from '../../process/process-cluster.ts';

const pollMs = 50;
/** Positions that have not changed for this long count as final. */
const quietMs = 200;

/** The state of one node on its disk. */
interface Content {
  readonly node: number;
  readonly applied: number;
  /** Hash over all decisions and replies. */
  readonly stateHash: string;
  /** Checksum over every row of the state, as read from the disk. */
  readonly contentHash: string;
}

/** Waits until every node has applied the same instances; returns findings if that takes too long. */
export async function awaitConvergence(
  cluster: ProcessCluster,
  timeoutMs: number,
): Promise<string[]> {
  const deadlineMs = performance.now() + timeoutMs;
  let seen = '';
  let sinceMs = performance.now();
  for (;;) {
    const positions = await Promise.all(cluster.nodes.map((node) => positionOf(cluster, node)));
    const nowMs = performance.now();
    if (String(positions) !== seen) sinceMs = nowMs;
    seen = String(positions);
    const hasConverged = new Set(positions).size === 1 && typeof positions[0] === 'number';
    if (hasConverged && nowMs - sinceMs >= quietMs) return [];
    if (nowMs > deadlineMs) {
      return [
        `no convergence within ${timeoutMs} ms after the faults ended: applied ${positions.join(', ')}`,
      ];
    }
    await pause(pollMs);
  }
}

/** Stops all nodes in order, reads their disks, and returns the differences. */
export async function compareContents(cluster: ProcessCluster): Promise<string[]> {
  const exits = await Promise.all(cluster.nodes.map((node) => cluster.stop(node)));
  const unclean = exits.flatMap(({ code, signal }, node) =>
    code === 0 ? [] : [`node ${node} ended with ${code ?? signal} when asked to stop`],
  );
  const contents = await Promise.all(cluster.nodes.map((node) => read(cluster, node)));
  const texts = contents.map((content) => JSON.stringify(content));
  const isSame = new Set(contents.map(({ node: _, ...rest }) => JSON.stringify(rest))).size === 1;
  return isSame ? unclean : [...unclean, `nodes have diverged: ${texts.join(' ')}`];
}

async function positionOf(cluster: ProcessCluster, node: number): Promise<number | string> {
  try {
    const { state, applied } = await cluster.status(node);
    return state === 'running' ? applied : state;
  } catch {
    return 'silent';
  }
}

async function read(cluster: ProcessCluster, node: number): Promise<Content> {
  const level = new Level<Uint8Array, Uint8Array>(join(cluster.directoryOf(node), 'state'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
    createIfMissing: false,
  });
  await level.open();
  try {
    const machine = await StateMachine.open(new StateDatabase(level));
    const { applied, stateHash } = machine;
    return { node, applied, stateHash, contentHash: await machine.contentHash() };
  } finally {
    await level.close();
  }
}
