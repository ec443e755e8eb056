/** The interface of a fault injector (nemesis), and its context. */
import type { SeededRandom } from '@paxkv/simulator';
import type { ProcessCluster } from '../../process/process-cluster.ts';
import type { Rig } from '../disk/rig.ts';
import type { ProxyNetwork } from '../network/proxy-network.ts';
import type { Aim } from './aim.ts';

export interface Scene {
  readonly cluster: ProcessCluster;
  readonly network: ProxyNetwork;
  /** The disks of the nodes. */
  readonly rig: Rig;
  readonly random: SeededRandom;
  readonly aim: Aim;
}

/** Injects one fault and undoes it. Resolves with a description when the cluster is healthy again. */
export type Nemesis = (scene: Scene) => Promise<string>;

/** Picks one of these at random each time. */
export function anyOf(nemeses: readonly Nemesis[]): Nemesis {
  return (scene) => scene.random.pick(nemeses)(scene);
}

/** Runs these at the same time. They must affect different things: one the network, the other processes. */
export function together(first: Nemesis, second: Nemesis): Nemesis {
  return async (scene) => (await Promise.all([first(scene), second(scene)])).join(' and ');
}
