/** Nodes that restart with damaged files, or with none. */
import { type Damage, damage, manners, parts, wipe } from '../disk/damage.ts';
import type { Nemesis, Scene } from './nemesis.ts';
import { revive } from './revival.ts';

/** Number of nodes damaged at once: fewer than half, so that the others can repair them. */
export type Spread = 'one' | 'minority';

/** Damages files of one kind while their nodes are down. */
export function damaged(what: Damage, spread: Spread): Nemesis {
  return async (scene) => {
    const { cluster, random } = scene;
    const nodes = await scene.aim.draw(spread === 'one' ? 1 : minorityOf(scene));
    await cluster.kill(...nodes);
    const damages = await Promise.all(
      nodes.map((node) => damage(cluster.directoryOf(node), what, random)),
    );
    for (const node of nodes) cluster.launch(node);
    const recoveries = await Promise.all(nodes.map((node) => revive(cluster, node)));
    const lines = nodes.map(
      (node, at) => `${node}: ${damages[at] ?? 'no such file'}, ${recoveries[at]}`,
    );
    return `damaged ${lines.join('; ')}`;
  };
}

/** All nodes restart together, each with different damage. They may be unable to serve. */
export const damagedEverywhere: Nemesis = async ({ cluster, random }) => {
  await cluster.kill(...cluster.nodes);
  const damages = await Promise.all(
    cluster.nodes.map((node) => {
      const what = { part: random.pick(parts), manner: random.pick(manners) };
      return damage(cluster.directoryOf(node), what, random);
    }),
  );
  for (const node of cluster.nodes) cluster.launch(node);
  return `damaged all: ${damages.map((text) => text ?? 'no such file').join('; ')}`;
};

/** A node loses all its data. */
export const wiped: Nemesis = async (scene) => {
  const { cluster } = scene;
  const [node = 0] = await scene.aim.draw(1);
  await cluster.kill(node);
  await wipe(cluster.directoryOf(node));
  cluster.launch(node);
  return `wiped ${node}: ${await revive(cluster, node)}`;
};

function minorityOf({ cluster }: Scene): number {
  return Math.floor((cluster.nodes.length - 1) / 2);
}
