/** What mocha runs before and after each test file of `npm test`, in the process of the file: it waits for its turn. */
import { join, relative } from 'node:path';
import type { Context, RootHookObject } from 'mocha';
import { companyOf } from './company.ts';
import { Turns, takeTurn } from './turns.ts';

const compiledTests = join(import.meta.dirname, '..');

/** Tells the port to the processes that mocha starts. */
const portName = 'TEST_TURNS_PORT';

let turns: Turns | undefined;
let endTurn: (() => Promise<void>) | undefined;

// What a test starts may stop the channel to mocha from keeping this process alive, as a server does that looks out for
// the end of its parent. Mocha ends the process when no file is left.
if (process.env[portName] !== undefined) setInterval(() => {}, 2 ** 30);

/** Once, in the process that starts those of the files. */
export async function mochaGlobalSetup(): Promise<void> {
  turns = await Turns.open();
  process.env[portName] = `${turns.port}`;
  process.once('exit', onBrokenOff);
}

export async function mochaGlobalTeardown(): Promise<void> {
  process.off('exit', onBrokenOff);
  await turns?.close();
}

/** Mocha waits for no file once all of its processes were killed, and would end as after a run that passed. */
function onBrokenOff(): void {
  console.error('the run broke off: the processes of the test files have ended');
  process.exitCode = 1;
}

export const mochaHooks: RootHookObject = {
  async beforeAll(this: Context) {
    // The files before it take as long as they take; each of their tests has its own limit.
    this.timeout(0);
    const path = relative(compiledTests, fileOf(this.test?.parent));
    endTurn = await takeTurn(Number(process.env[portName]), companyOf(path));
  },
  async afterAll() {
    await endTurn?.();
  },
};

/** The file of a suite that holds all tests of one file. */
function fileOf(all: Mocha.Suite | undefined): string {
  const [first] = [...(all?.suites ?? []), ...(all?.tests ?? [])];
  if (first?.file === undefined) throw new Error('these tests are of no file');
  return first.file;
}
