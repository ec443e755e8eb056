/** Disks that fail, fill up, are slow, or lose power. */
import { setTimeout as pause } from 'node:timers/promises';
import type { DiskCall, DiskTrouble } from '../disk/disk-shim.ts';
import type { Nemesis, Scene } from './nemesis.ts';
import { revive, stateOf } from './revival.ts';

/** Under load a node uses its disk often: a node that has not by then is not affected. */
const hitMsMax = 3000;
const pollMs = 20;
/** How many calls pass before the one that fails. */
const skipMax = 60;

/** Calls of one kind fail at one node, from the N-th on, once or for a while. */
export function failingCalls(call: DiskCall, error: 'EIO' | 'ENOSPC'): Nemesis {
  return async (scene) => {
    const { cluster, random, rig } = scene;
    const [node = 0] = await scene.aim.draw(1);
    const skip = random.integer(0, skipMax);
    const times = random.chance(0.5) ? 1 : random.integer(2, 20);
    const shim = rig.shimOf(node);
    shim.arrange({ calls: [call], error, skip, times });
    await untilHit(scene, node);
    await pause(random.between(0, 500));
    const { hitCount } = shim;
    shim.clear();
    const way = await revive(cluster, node);
    return `${error} on ${call} at ${node} after ${skip}, met ${hitCount}: ${way}`;
  };
}

/** Calls fail while a node starts. */
export function failingStart(call: DiskCall, error: 'EIO' | 'ENOSPC'): Nemesis {
  return async (scene) => {
    const { cluster, random, rig } = scene;
    const [node = 0] = await scene.aim.draw(1);
    const trouble: DiskTrouble = { calls: [call], error, skip: random.integer(0, 12), times: 1 };
    await cluster.kill(node);
    rig.shimOf(node).arrange(trouble);
    cluster.launch(node);
    await untilHit(scene, node);
    rig.shimOf(node).clear();
    const way = await revive(cluster, node);
    return `${error} on ${call} at the start of ${node} after ${trouble.skip}: ${way}`;
  };
}

/** One node crashes just before the N-th call, from now or from its start, and loses unflushed data. */
export function crashPoint(when: 'under load' | 'at start'): Nemesis {
  return async (scene) => crashAt(scene, await scene.aim.draw(1), when);
}

/** All nodes crash in that way while they start together. */
export const crashPointOfAll: Nemesis = (scene) => crashAt(scene, scene.cluster.nodes, 'at start');

async function crashAt(
  scene: Scene,
  nodes: readonly number[],
  when: 'under load' | 'at start',
): Promise<string> {
  const { cluster, random, rig } = scene;
  const isStart = when === 'at start';
  if (isStart) await cluster.kill(...nodes);
  // Under load files are written and flushed, and rarely opened.
  const points = nodes.map((node) => {
    const call = random.pick<DiskCall>(
      isStart ? ['open', 'write', 'sync', 'rename'] : ['write', 'sync'],
    );
    const skip = random.integer(0, isStart ? 10 : skipMax);
    rig.shimOf(node).arrange({ calls: [call], error: 'crash', skip, times: 1 });
    if (isStart) cluster.launch(node);
    return `${node} before ${call} ${skip}`;
  });
  await Promise.all(nodes.map((node) => untilHit(scene, node)));
  for (const node of nodes) rig.shimOf(node).clear();
  // A node that was not affected stays up; an affected one may take a moment to end.
  await cluster.kill(...nodes);
  const losses = await Promise.all(nodes.map((node) => rig.shimOf(node).cutPower(random)));
  await cluster.restart(...nodes);
  return `crash ${when} of ${points.join(', ')} (${losses.join(', ')} lost)`;
}

/** Delays every flush of one node. */
export function slowDisk(waitMs: number, lastsMs: number): Nemesis {
  return async (scene) => {
    const [node = 0] = await scene.aim.draw(1);
    const shim = scene.rig.shimOf(node);
    shim.arrange({ calls: ['sync'], waitMs });
    await pause(lastsMs);
    shim.clear();
    return `flushes of ${node} take ${waitMs} ms`;
  };
}

/** Fills the disk of one node for a while. */
export function fullDisk(lastsMs: number): Nemesis {
  return async (scene) => {
    const { cluster, rig } = scene;
    const [node = 0] = await scene.aim.draw(1);
    const path = cluster.directoryOf(node);
    await rig.smallDisks().fill(path);
    await pause(lastsMs);
    const state = cluster.hasExited(node) ? 'ended' : await stateOf(cluster, node);
    await rig.smallDisks().free(path);
    return `disk full at ${node}, then ${state}: ${await revive(cluster, node)}`;
  };
}

/** Starts a node on a full disk. */
export const fullDiskAtStart: Nemesis = async (scene) => {
  const { cluster, rig } = scene;
  const [node = 0] = await scene.aim.draw(1);
  const path = cluster.directoryOf(node);
  await cluster.kill(node);
  await rig.smallDisks().fill(path, 0);
  cluster.launch(node);
  await pause(1500);
  const state = cluster.hasExited(node) ? 'ended' : await stateOf(cluster, node);
  await rig.smallDisks().free(path);
  return `started ${node} on a full disk, then ${state}: ${await revive(cluster, node)}`;
};

/** Power loss at several nodes at once: kill -9, and unflushed data is lost. */
export function powerLoss(nodeCount: 'one' | 'all'): Nemesis {
  return async (scene) => {
    const { cluster, random, rig } = scene;
    const nodes = nodeCount === 'all' ? cluster.nodes : await scene.aim.draw(1);
    await cluster.kill(...nodes);
    const losses = await Promise.all(nodes.map((node) => rig.shimOf(node).cutPower(random)));
    await cluster.restart(...nodes);
    return `power loss at ${nodes} (${losses.join(', ')})`;
  };
}

/** Resolves when the arranged fault affected a call, or the node has ended. */
async function untilHit({ cluster, rig }: Scene, node: number): Promise<void> {
  const deadlineMs = performance.now() + hitMsMax;
  while (rig.shimOf(node).hitCount === 0 && !cluster.hasExited(node)) {
    if (performance.now() > deadlineMs) return;
    await pause(pollMs);
  }
}
