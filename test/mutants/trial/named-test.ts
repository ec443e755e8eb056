/** Runs tests by their names in a separate process, under any build. */
import { join, relative } from 'node:path';
import type { NamedTest } from '../mutant.ts';
import { root } from '../patched-build/patch.ts';
import { runNode } from './node-run.ts';

const compiledTests = join(root, 'test/dist');

/** A test whose process takes longer has no verdict. */
const testMsMax = 120_000;

/** The result of one test. */
export interface TestResult {
  /** As in {@link NamedTest}. */
  readonly file: string;
  readonly title: string;
  readonly hasPassed: boolean;
  /** The first line of its error; empty if it passed. */
  readonly reason: string;
}

/** Whether the test fails under this build; without a verdict it does not count as failed. */
export async function failedTest(
  test: NamedTest,
  environment: NodeJS.ProcessEnv,
): Promise<{ isCaught: boolean; reason: string }> {
  const results = (await runTests([test], environment)).filter(({ title }) => title === test.title);
  const failed = results.find(({ hasPassed }) => !hasPassed);
  if (failed !== undefined) return { isCaught: true, reason: failed.reason };
  return { isCaught: false, reason: results.length > 0 ? 'the test passed' : 'no verdict' };
}

/** The results of these tests, and of no others in their files. */
export async function runTests(
  tests: readonly NamedTest[],
  environment: NodeJS.ProcessEnv,
  flags: readonly string[] = [],
): Promise<TestResult[]> {
  const files = new Set(tests.map(({ file }) => `test/dist/${file}.test.js`));
  const names = tests.map(({ title }) => escaped(title)).join('|');
  const mocha = join(root, 'node_modules/mocha/bin/mocha.js');
  const settings = ['--no-config', '--exit', '--timeout', '10000', '--reporter', 'json-stream'];
  const { lines } = await runNode({
    parameters: ['--expose-gc', mocha, ...settings, ...flags, '--grep', `(${names})$`, ...files],
    environment,
    msMax: testMsMax,
  });
  return lines.flatMap(toResult);
}

/** A line of mocha's `json-stream`: `["pass" or "fail" or another event, details]`. */
function toResult(line: string): TestResult[] {
  if (!/^\["(?:pass|fail)",/.test(line)) return [];
  const [event, { file, title, err = '' }]: [string, Details] = JSON.parse(line);
  return [
    {
      file: relative(compiledTests, file).replace(/\.test\.js$/, ''),
      title,
      hasPassed: event === 'pass',
      reason: err.split('\n')[0] ?? '',
    },
  ];
}

interface Details {
  readonly file: string;
  readonly title: string;
  readonly err?: string;
}

function escaped(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
