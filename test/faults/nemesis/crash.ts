/** Processes that are killed or paused. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Nemesis } from './nemesis.ts';

const downMsMax = 800;
const pauseMsMin = 250;

/** kill -9 of one node, which restarts after a while. */
export const killOne: Nemesis = async (scene) => {
  const { cluster, random } = scene;
  const nodes = await scene.aim.draw(1);
  await cluster.kill(...nodes);
  await pause(random.between(0, downMsMax));
  await cluster.restart(...nodes);
  return `kill ${nodes}`;
};

/** kill -9 of all nodes at once. */
export const killAll: Nemesis = async ({ cluster }) => {
  await cluster.kill(...cluster.nodes);
  await cluster.restart(...cluster.nodes);
  return 'kill all';
};

/** kill -9 of several nodes in quick succession, some before the last one is back. */
export const killMany: Nemesis = async (scene) => {
  const { cluster, random } = scene;
  const nodes = await scene.aim.draw(random.integer(2, cluster.nodes.length));
  for (const node of nodes) {
    await cluster.kill(node);
    await pause(random.between(0, downMsMax / 4));
  }
  await cluster.restart(...nodes);
  return `kill ${nodes}`;
};

/** SIGSTOP of one node or of a minority, for up to `pauseMsMax`. */
export function pauseNodes(pauseMsMax: number): Nemesis {
  return async (scene) => {
    const { cluster, random } = scene;
    const minority = Math.floor((cluster.nodes.length - 1) / 2);
    const nodes = await scene.aim.draw(random.integer(1, minority));
    const pausedMs = Math.round(random.between(pauseMsMin, pauseMsMax));
    for (const node of nodes) cluster.pause(node);
    await pause(pausedMs);
    for (const node of nodes) cluster.resume(node);
    return `pause ${nodes} for ${pausedMs} ms`;
  };
}
