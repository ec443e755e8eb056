/** A build in a temporary folder, laid out as `packages/`, whose sources switch between all of their mutants. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { MutatedSource } from '../generate.ts';
import { instrumented } from './instrument.ts';

const loader = pathToFileURL(join(import.meta.dirname, 'register.js')).href;

/** Random searches take long, and a mutant that nothing notices meets all of them. */
const searchRuns = '4';

export class MutatedBuild {
  readonly #folder = mkdtempSync(join(tmpdir(), 'paxkv-generated-'));
  readonly #siteCount: number;

  constructor(sources: readonly MutatedSource[]) {
    this.#siteCount = Math.max(0, ...sources.flatMap(({ sites }) => sites.map(({ site }) => site)));
    for (const source of sources) {
      const compiled = source.file.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
      const path = join(this.#folder, compiled);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, instrumented(source));
    }
  }

  /** Its folder, which `remove` deletes. Processes run in it: a mutant may write to a path that is relative by mistake. */
  get folder(): string {
    return this.#folder;
  }

  /** The arguments of Node that load this build in place of the real one. */
  get execArgv(): readonly string[] {
    return ['--expose-gc', `--import=${loader}`];
  }

  /** The environment of a process in which a mutant is active from the start; 0 for none. */
  environmentOf(mutant: number): NodeJS.ProcessEnv {
    return {
      ...process.env,
      TEST_PATCHED_BUILD: this.#folder,
      TEST_SITE_COUNT: `${this.#siteCount}`,
      TEST_ACTIVE_MUTANT: `${mutant}`,
      TEST_SEARCH_RUNS: searchRuns,
    };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
