/** The disks of a run's nodes: unmodified, behind shims, or small. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterSettings } from '../../process/process-cluster.ts';
import { DiskShim } from './disk-shim.ts';
import { compileShim } from './shim-library.ts';
import { SmallDisks } from './small-disks.ts';

export type RigName = 'plain' | 'shim' | 'small';

/** Gives a run's cluster and its nemeses access to the disks. */
export interface Rig {
  readonly settings: Pick<ClusterSettings, 'environmentOf' | 'prepare'>;
  /** @throws Error unless the rig has shims */
  shimOf(node: number): DiskShim;
  /** @throws Error unless the rig has small disks */
  smallDisks(): SmallDisks;
  /** Must be called after all processes of the cluster have ended. Idempotent. */
  close(): Promise<void>;
}

/** @throws Missing */
export async function openRig(name: RigName): Promise<Rig> {
  if (name === 'shim') return openShims();
  return name === 'small' ? openSmallDisks() : plain;
}

const plain: Rig = {
  settings: {},
  shimOf: () => {
    throw new Error('this run has no shims');
  },
  smallDisks: () => {
    throw new Error('this run has no small disks');
  },
  close: async () => {},
};

async function openShims(): Promise<Rig> {
  const directory = await mkdtemp(join(tmpdir(), 'paxkv-shims-'));
  const library = await compileShim(directory);
  const shims: DiskShim[] = [];
  const prepare = async (roots: readonly string[]) => {
    for (const [node, root] of roots.entries()) {
      const side = await mkdtemp(join(directory, `node-${node}-`));
      shims[node] = new DiskShim({ library, root, side });
    }
  };
  const shimOf = (node: number) => {
    const shim = shims[node];
    if (shim === undefined) throw new Error(`there is no shim for node ${node}`);
    return shim;
  };
  return {
    ...plain,
    settings: { prepare, environmentOf: (node) => shimOf(node).environment },
    shimOf,
    close: async () => {
      for (const shim of shims.splice(0)) shim.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function openSmallDisks(): Rig {
  const disks = new SmallDisks();
  return {
    ...plain,
    settings: { prepare: (roots) => disks.mount(roots) },
    smallDisks: () => disks,
    close: () => disks.close(),
  };
}
