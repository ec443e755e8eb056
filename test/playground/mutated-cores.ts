/** Cores with a mistake of `test/mutants` built in, for the engine of the playground in Node. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Core, type CoreOf, shippedCore } from '@paxkv/playground';
import { allMutants } from '../mutants/all-mutants.ts';
import { PatchedBuilds } from '../mutants/patched-build/builds.ts';
import { root } from '../mutants/patched-build/patch.ts';

export class MutatedCores {
  readonly #builds: PatchedBuilds;
  readonly #cores: ReadonlyMap<string, Core>;

  private constructor(builds: PatchedBuilds, cores: ReadonlyMap<string, Core>) {
    this.#builds = builds;
    this.#cores = cores;
  }

  /** Compiles and loads these mutants, each with a separate copy of the whole core. */
  static async load(ids: readonly string[]): Promise<MutatedCores> {
    const mutants = allMutants.filter(({ id }) => ids.includes(id));
    const builds = PatchedBuilds.make(mutants);
    const cores = new Map<string, Core>();
    for (const mutant of mutants) {
      const { TEST_PATCHED_BUILD: build = '' } = builds.environmentOf(mutant);
      const folder = join(build, 'paxos/dist');
      cpSync(join(root, 'packages/paxos/dist'), folder, { recursive: true, force: false });
      cpSync(join(root, 'packages/paxos/package.json'), join(folder, '../package.json'));
      const { Paxos } = await import(pathToFileURL(join(folder, 'index.js')).href);
      cores.set(mutant.id, Paxos);
    }
    return new MutatedCores(builds, cores);
  }

  /** @throws RangeError for a mutant that was not loaded. */
  readonly coreOf: CoreOf = (mutant) => {
    const core = mutant === undefined ? shippedCore : this.#cores.get(mutant);
    if (core === undefined) throw new RangeError(`Mutant ${mutant} is not loaded.`);
    return core;
  };

  remove(): void {
    this.#builds.remove();
  }
}
