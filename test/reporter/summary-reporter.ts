/**
 * The output of `npm test`: a line for each folder of tests, the slowest files of a long run, then failures in
 * full, and finally the counts. With `--verbose`, every title.
 */
import Mocha from 'mocha';
import { FileTimes } from './file-times.ts';
import { type Counts, type Folder, FolderCounts, nameOf } from './folder-counts.ts';

const { Base, Spec } = Mocha.reporters;
const {
  EVENT_HOOK_BEGIN,
  EVENT_HOOK_END,
  EVENT_RUN_END,
  EVENT_TEST_FAIL,
  EVENT_TEST_PASS,
  EVENT_TEST_PENDING,
} = Mocha.Runner.constants;

const nameWidth = 22;

interface Options extends Mocha.MochaOptions {
  /** All files of the run; mocha adds them. */
  readonly files?: readonly string[];
}

class FolderReporter extends Base {
  readonly #isTerminal = process.stdout.isTTY === true;
  readonly #folders: FolderCounts;
  readonly #times = new FileTimes();
  #failureCount = 0;

  constructor(runner: Mocha.Runner, options: Options) {
    super(runner, options);
    this.#folders = new FolderCounts(options.files ?? []);
    runner.on(EVENT_HOOK_BEGIN, ({ file }) => this.#enter(file));
    runner.on(EVENT_HOOK_END, (hook) => this.#addTime(hook));
    runner.on(EVENT_TEST_PASS, (test) => this.#count(test, 'passing'));
    runner.on(EVENT_TEST_PENDING, (test) => this.#count(test, 'pending'));
    runner.on(EVENT_TEST_FAIL, (test) => this.#fail(test));
    runner.once(EVENT_RUN_END, () => {
      this.#end();
      this.epilogue();
    });
  }

  override epilogue(): void {
    printEnd(this);
  }

  #enter(file: string | undefined): void {
    const finished = file === undefined ? undefined : this.#folders.enter(file);
    if (finished !== undefined) this.#print(finished);
  }

  #addTime({ file, duration = 0 }: Mocha.Runnable): void {
    const { current } = this.#folders;
    if (file === undefined || current === undefined) return;
    current.ms += duration;
    this.#times.add(file, duration);
  }

  #count(test: Mocha.Runnable, kind: keyof Counts): void {
    this.#enter(test.file);
    this.#addTime(test);
    const { current } = this.#folders;
    if (current === undefined) return;
    current.counts[kind] += 1;
    if (!this.#isTerminal) return;
    this.#clear();
    process.stdout.write(toLine(current));
  }

  /** Prints a failure immediately; the details follow at the end. */
  #fail(test: Mocha.Runnable): void {
    this.#failureCount += 1;
    this.#clear();
    Base.consoleLog('%s', `  ${this.#failureCount}) ${test.fullTitle()}`);
    this.#count(test, 'failing');
  }

  #end(): void {
    for (const folder of this.#folders.end()) this.#print(folder);
    const slowest = this.#times.slowest();
    if (slowest.length > 0) Base.consoleLog('  the slowest files:');
    for (const [file, ms] of slowest) {
      Base.consoleLog('%s', `  ${toDuration(ms).padStart(6)}  ${nameOf(file)}`);
    }
  }

  #print(folder: Folder): void {
    if (folder.isEmpty) return;
    this.#clear();
    Base.consoleLog('%s', toLine(folder));
  }

  #clear(): void {
    if (this.#isTerminal) Base.cursor.CR();
  }
}

function toLine({ name, counts, ms }: Folder): string {
  const parts = Object.entries(counts)
    .filter(([kind, count]) => count > 0 || kind === 'passing')
    .map(([kind, count]) => `${count} ${kind}`);
  return `  ${name.padEnd(nameWidth)}${parts.join(', ')} (${toDuration(ms)})`;
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

function toDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  return ms < 60_000 ? `${Math.round(ms / 1000)}s` : `${Math.round(ms / 60_000)}m`;
}

const isVerbose = process.argv.some((argument) => /^--verbose(?:=true)?$/.test(argument));

const Reporter = isVerbose ? ClaimReporter : FolderReporter;

// Mocha loads a reporter by `require`, which returns this export.
export { Reporter as 'module.exports' };
