/** Test files, loaded once and run again and again in this process, each time as many of their tests as are asked for. */
import { relative } from 'node:path';
import Mocha from 'mocha';
import { root } from '../../patched-build/patch.ts';

/** A test by its file and its title with those of its groups. */
export interface TestName {
  /** Path of the compiled file, from the repository's folder. */
  readonly file: string;
  readonly title: string;
}

export interface Failure {
  /** The test that failed, or before or after which a hook failed; absent where a hook of a group did. */
  readonly test?: Mocha.Test;
  readonly reason: string;
}

export interface RunEvents {
  /** Before the hooks of the test. */
  onBegin?(test: Mocha.Test): void;
  onPass?(test: Mocha.Test): void;
}

export interface RunOptions extends RunEvents {
  /** Whether the run ends with its first failure. */
  readonly isShort: boolean;
}

export class LoadedTests {
  readonly #mocha = new Mocha({
    reporter: class extends Mocha.reporters.Base {},
    timeout: 60_000,
  }).cleanReferencesAfterRun(false);

  /** @param path of a compiled test file */
  async load(path: string): Promise<void> {
    this.#mocha.files = [path];
    await this.#mocha.loadFilesAsync();
  }

  all(): readonly Mocha.Test[] {
    const tests: Mocha.Test[] = [];
    this.#mocha.suite.eachTest((test) => tests.push(test));
    return tests;
  }

  /** Runs these tests in the order of their files. @returns the failures */
  run(
    tests: ReadonlySet<Mocha.Test>,
    { isShort, onBegin, onPass }: RunOptions,
  ): Promise<Failure[]> {
    const titles = new Set([...tests].map((test) => test.fullTitle()));
    const failures: Failure[] = [];
    this.#mocha.bail(isShort);
    return new Promise((resolve) => {
      const runner = this.#mocha.run(() => resolve(failures));
      runner.grep(new TitleFilter(titles), false);
      runner.on('test', (test) => onBegin?.(test));
      runner.on('pass', (test) => onPass?.(test));
      runner.on('fail', (failed: Mocha.Runnable, error: Error) => {
        const test = failed instanceof Mocha.Test ? failed : failed.ctx?.currentTest;
        const reason = String(error?.message ?? error).split('\n')[0] ?? '';
        failures.push(test instanceof Mocha.Test ? { test, reason } : { reason });
      });
    });
  }
}

export function nameOfTest(test: Mocha.Test): TestName {
  return { file: relative(root, test.file ?? ''), title: test.fullTitle() };
}

/** Mocha filters by a pattern; this is one that knows its titles. */
class TitleFilter extends RegExp {
  readonly #titles: ReadonlySet<string>;

  constructor(titles: ReadonlySet<string>) {
    super('');
    this.#titles = titles;
  }

  override test(title: string): boolean {
    return this.#titles.has(title);
  }
}
