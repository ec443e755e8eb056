/**
 * Patched builds: for each its changed sources, compiled, in a temporary folder that mirrors `packages/`. A mutant
 * has one changed place, or a few where more than one guards against its mistake. The real sources and the real build stay unchanged.
 *
 * ```text
 *   <folder>/src/<mutant>/paxos/dist/core/acceptor.ts    the source, patched
 *   <folder>/out/<mutant>/paxos/dist/core/acceptor.js    replaces the real one
 * ```
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type MainPatch, type PatchSet, patchedSources, root } from './patch.ts';

/** One patch with what it needs, or a set of them. */
type Patched = PatchSet | MainPatch;

/** Each file is compiled separately, with its types stripped: a patched one need not pass the type checker. */
const compilerOptions = {
  rootDir: 'src',
  outDir: 'out',
  target: 'ES2023',
  lib: ['ES2023'],
  types: [],
  module: 'ESNext',
  moduleResolution: 'bundler',
  noResolve: true,
  noCheck: true,
  isolatedModules: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  inlineSourceMap: true,
  inlineSources: true,
};

const loader = pathToFileURL(join(import.meta.dirname, 'register.js')).href;

export class PatchedBuilds {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Compiles all builds at once. @throws Error if a patch no longer fits its source, or does not parse
   */
  static make(all: readonly Patched[]): PatchedBuilds {
    const builds = new PatchedBuilds(mkdtempSync(join(tmpdir(), 'paxkv-mutants-')));
    try {
      for (const patched of all) {
        const { id } = patched;
        const patches = 'patches' in patched ? patched.patches : [patched, ...(patched.also ?? [])];
        for (const [file, source] of patchedSources({ id, patches })) {
          builds.#write(join('src', id, file.replace('/src/', '/dist/')), source);
        }
      }
      builds.#write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }));
      builds.#compile();
      return builds;
    } catch (error) {
      builds.remove();
      throw error;
    }
  }

  /** The environment of a process that runs the build, and of its child processes. */
  environmentOf({ id }: Pick<PatchSet, 'id'>): NodeJS.ProcessEnv {
    const { NODE_OPTIONS: options = '' } = process.env;
    return {
      ...process.env,
      NODE_OPTIONS: `${options} --import=${loader}`,
      TEST_PATCHED_BUILD: join(this.#folder, 'out', id),
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(path: string, text: string): void {
    const file = join(this.#folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  #compile(): void {
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', this.#folder], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`a patched source does not parse:\n${stdout}`);
  }
}
