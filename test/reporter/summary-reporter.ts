/**
 * The output of `npm test`: a line for each folder of tests, the slowest files of a long run, then failures in
 * full, and finally the counts. With `--verbose`, every title.
 */
import path from 'node:path';
import Mocha from 'mocha';
import { FileTimes } from './file-times.ts';

const { Base, Spec } = Mocha.reporters;
const { EVENT_RUN_END, EVENT_SUITE_BEGIN, EVENT_TEST_FAIL, EVENT_TEST_PASS, EVENT_TEST_PENDING } =
  Mocha.Runner.constants;

/** A folder below test/dist is named by its first path segment; one of unit tests by two. */
const testsRoot = path.join(import.meta.dirname, '..');
const foldersOfFolders = new Set(['unit']);
const nameWidth = 22;

interface Counts {
  passing: number;
  pending: number;
  failing: number;
}

/** Consecutive tests of one folder. */
class Folder {
  readonly name: string;
  readonly counts: Counts = { passing: 0, pending: 0, failing: 0 };
  readonly #startMs = performance.now();

  constructor(name: string) {
    this.name = name;
  }

  toString(): string {
    const parts = Object.entries(this.counts)
      .filter(([kind, count]) => count > 0 || kind === 'passing')
      .map(([kind, count]) => `${count} ${kind}`);
    const time = toDuration(performance.now() - this.#startMs);
    return `  ${this.name.padEnd(nameWidth)}${parts.join(', ')} (${time})`;
  }
}

class FolderReporter extends Base {
  readonly #isTerminal = process.stdout.isTTY === true;
  #folder: Folder | undefined;
  readonly #times = new FileTimes();
  #failureCount = 0;

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on(EVENT_SUITE_BEGIN, ({ file }) => this.#enter(file));
    runner.on(EVENT_TEST_PASS, () => this.#count('passing'));
    runner.on(EVENT_TEST_PENDING, () => this.#count('pending'));
    runner.on(EVENT_TEST_FAIL, (test) => this.#fail(test));
    runner.once(EVENT_RUN_END, () => {
      this.#leave();
      this.#printSlowest();
      this.epilogue();
    });
  }

  override epilogue(): void {
    printEnd(this);
  }

  #enter(file: string | undefined): void {
    if (file === undefined) return;
    this.#times.start(file, performance.now());
    const name = folderOf(file);
    if (this.#folder?.name === name) return;
    this.#leave();
    this.#folder = new Folder(name);
  }

  #leave(): void {
    if (this.#folder === undefined) return;
    this.#clear();
    Base.consoleLog('%s', `${this.#folder}`);
    this.#folder = undefined;
  }

  #count(kind: keyof Counts): void {
    if (this.#folder === undefined) return;
    this.#folder.counts[kind] += 1;
    if (!this.#isTerminal) return;
    this.#clear();
    process.stdout.write(`${this.#folder}`);
  }

  /** Prints a failure immediately; the details follow at the end. */
  #fail(test: Mocha.Runnable): void {
    this.#failureCount += 1;
    this.#clear();
    Base.consoleLog('%s', `  ${this.#failureCount}) ${test.fullTitle()}`);
    this.#count('failing');
  }

  #printSlowest(): void {
    this.#times.end(performance.now());
    const slowest = this.#times.slowest();
    if (slowest.length > 0) Base.consoleLog('  the slowest files:');
    for (const [file, ms] of slowest) {
      Base.consoleLog('%s', `  ${toDuration(ms).padStart(6)}  ${nameOf(file)}`);
    }
  }

  #clear(): void {
    if (this.#isTerminal) Base.cursor.CR();
  }
}

class ClaimReporter extends Spec {
  override epilogue(): void {
    printEnd(this);
  }
}

/** Prints failures first, so that the counts are last. */
function printEnd({ stats, failures }: Mocha.reporters.Base): void {
  if (failures.length > 0) Base.list(failures);
  Base.consoleLog();
  if (stats.pending > 0) Base.consoleLog(Base.color('pending', `  ${stats.pending} pending`));
  const time = Base.color('light', ` (${toDuration(stats.duration ?? 0)})`);
  Base.consoleLog('%s', Base.color('green', `  ${stats.passes} passing`) + time);
  if (stats.failures > 0) Base.consoleLog(Base.color('fail', `  ${stats.failures} failing`));
}

/** The name of the folder that a test file counts in. */
export function folderOf(file: string): string {
  const [first = '', ...rest] = path.relative(testsRoot, file).split(path.sep);
  const [second] = rest;
  if (second === undefined) return first.replace(/\.test\.js$/, '');
  return foldersOfFolders.has(first) && rest.length > 1 ? `${first}/${second}` : first;
}

/** The path of a test file below the folder of all tests, as its source is named. */
function nameOf(file: string): string {
  return path.relative(testsRoot, file).replace(/\.js$/, '.ts');
}

function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 60_000 ? `${Math.round(ms / 1000)}s` : `${Math.round(ms / 60_000)}m`;
}

const isVerbose = process.argv.some((argument) => /^--verbose(?:=true)?$/.test(argument));

const Reporter = isVerbose ? ClaimReporter : FolderReporter;

// Mocha loads a reporter by `require`, which returns this export.
export { Reporter as 'module.exports' };
