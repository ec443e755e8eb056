/** A process that loads the mutated build and its tests once, and tries mutants on request. */
import { join } from 'node:path';
import { root } from '../../patched-build/patch.ts';
import { installedSwitch } from '../build/mutant-switch.ts';
import { measureBaseline } from './baseline.ts';
import { LoadedTests } from './loaded-tests.ts';
import { MutantRuns } from './mutant-runs.ts';
import type { Answer, Job, Request } from './protocol.ts';

const mutants = installedSwitch();
const sourceSites = mutants.takeRan();
const tests = new LoadedTests();
let runs = new MutantRuns(tests, mutants, []);

// Mutants leave promises and timers behind, which fail after their test has ended.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', (reason) => {
  // Mocha counts it as a failure of the test that runs.
  throw reason;
});
process.on('disconnect', () => process.exit());
process.on('message', (request: Request) => {
  answer(request).then(send, (error) => send({ type: 'failed', reason: String(error) }));
});
send({ type: 'done' });

async function answer(request: Request): Promise<Answer> {
  switch (request.type) {
    case 'load':
      for (const file of request.files) await tests.load(join(root, file));
      return { type: 'done' };
    case 'measure': {
      const fileSites = mutants.takeRan();
      const baseline = await measureBaseline(tests, mutants, { sourceSites, fileSites });
      return { type: 'measured', baseline };
    }
    case 'limit':
      runs = new MutantRuns(tests, mutants, request.tests);
      return { type: 'done' };
    case 'try':
      return tryAll(request.jobs);
  }
}

async function tryAll(jobs: readonly Job[]): Promise<Answer> {
  for (const job of jobs) {
    const { mutant } = job;
    const verdict = await runs.tryOut(job, ({ tookMs }) => send({ type: 'round', mutant, tookMs }));
    send({ type: 'verdict', verdict });
  }
  return { type: 'tried', isSound: await runs.areSound() };
}

function send(answered: Answer): void {
  process.send?.(answered);
}
