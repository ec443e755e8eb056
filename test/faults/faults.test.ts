/** Short fault-injection runs on real processes. `npm run faults` runs more, of every kind. */
import { expect } from 'chai';
import { Missing } from './disk/shim-library.ts';
import { plansOf } from './run/plans.ts';
import { toLine } from './run/report-text.ts';
import { run } from './run/run.ts';

/** Timing differs between runs anyway, so the seeds may differ too. */
const seed = `${Date.now() % 1_000_000}`;

describe('a cluster of real processes, harmed under load', () => {
  for (const plan of plansOf('test', { minutes: 0 })) {
    it(`loses nothing and answers as one store through ${plan.title}`, async function () {
      try {
        const report = await run(plan, { seed });
        expect(report.findings, `${toLine(report)}\nseed ${seed}`).to.deep.equal([]);
      } catch (error) {
        if (!(error instanceof Missing)) throw error;
        console.warn(`skipped ${plan.title}: ${error.message}`);
        this.skip();
      }
    }).timeout(150_000);
  }
});
