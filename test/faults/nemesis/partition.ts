/** Links between nodes that break, in shapes, and half-open links. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LinkFault } from '../network/link-fault.ts';
import { type ShapeName, shapeNames, shapes } from '../network/shapes.ts';
import type { Nemesis, Scene } from './nemesis.ts';

const flapMs = 500;

export interface PartitionSettings {
  readonly shape: ShapeName;
  readonly fault: LinkFault;
  readonly lastsMs: number;
}

/** Breaks the links of a shape around a random node. */
export function partition({ shape, fault, lastsMs }: PartitionSettings): Nemesis {
  return async (scene) => {
    const pivot = await impose(scene, shape, fault);
    await pause(lastsMs);
    scene.network.heal();
    return `${shape} around ${pivot} (${fault.type})`;
  };
}

/** Any shape with any fault, for a random time up to `lastsMsMax`. */
export function anyPartition(lastsMsMax: number): Nemesis {
  return (scene) => {
    const { random } = scene;
    const shape = random.pick(shapeNames);
    const fault = random.pick<LinkFault>([
      { type: 'cut' },
      { type: 'cut' },
      { type: 'swallow' },
      { type: 'stall' },
      { type: 'delay', delayMs: Math.round(random.between(5, 300)) },
      { type: 'throttle', bytesPerSecond: Math.round(random.between(5_000, 100_000)) },
    ]);
    return partition({ shape, fault, lastsMs: random.between(500, lastsMsMax) })(scene);
  };
}

/** Isolates one node and reconnects it, once a second. */
export function flapping(lastsMs: number): Nemesis {
  return async (scene) => {
    const [pivot = 0] = await scene.aim.draw(1);
    const { cluster, network } = scene;
    const links = shapes['leader alone']({ nodeCount: cluster.nodes.length, pivot });
    for (let passedMs = 0; passedMs < lastsMs; passedMs += 2 * flapMs) {
      network.impose({ type: 'cut' }, links);
      await pause(flapMs);
      network.heal();
      await pause(flapMs);
    }
    return `flapping around ${pivot}`;
  };
}

async function impose(scene: Scene, shape: ShapeName, fault: LinkFault): Promise<number> {
  const [pivot = 0] = await scene.aim.draw(1);
  const { cluster, network } = scene;
  network.impose(fault, shapes[shape]({ nodeCount: cluster.nodes.length, pivot }));
  return pivot;
}
