/** Small runs of every kind of harm to real processes. More of them: `npm run faults`. */
import { expect } from 'chai';
import { plansOf } from './run/plans.ts';
import { toLine } from './run/report-text.ts';
import { run } from './run/run.ts';

/** Runs differ in time anyway, so they may differ in chance too. */
const seed = `${Date.now() % 1_000_000}`;

describe('a cluster of real processes, harmed under load', () => {
  for (const plan of plansOf('test')) {
    it(`loses nothing and answers as one store through ${plan.title}`, async () => {
      const report = await run(plan, seed);
      expect(report.findings, `${toLine(report)}\nseed ${seed}`).to.deep.equal([]);
    }).timeout(60_000);
  }
});
