/** What does harm to a cluster, and what it is given to do it with. */
import type { SeededRandom } from '@paxkv/simulator';
import type { ProcessCluster } from '../../process/process-cluster.ts';
import type { Rig } from '../disk/rig.ts';
import type { ProxyNetwork } from '../network/proxy-network.ts';
import type { Aim } from './aim.ts';

export interface Scene {
  readonly cluster: ProcessCluster;
  readonly network: ProxyNetwork;
  /** The nodes' disks. */
  readonly rig: Rig;
  readonly random: SeededRandom;
  readonly aim: Aim;
}

/** Does harm once, and undoes it. Resolves with what it did, for people, once all is well again. */
export type Nemesis = (scene: Scene) => Promise<string>;

/** One of these, drawn anew each time. */
export function anyOf(nemeses: readonly Nemesis[]): Nemesis {
  return (scene) => scene.random.pick(nemeses)(scene);
}

/** At the same time. They must not touch the same thing: one the network, the other processes. */
export function together(first: Nemesis, second: Nemesis): Nemesis {
  return async (scene) => (await Promise.all([first(scene), second(scene)])).join(' and ');
}
