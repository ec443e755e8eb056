import { expect } from 'chai';
import { runSeed } from '../run-seed.ts';
import { hazards } from '../schedule/schedule.ts';
import { Workers } from './workers.ts';

/** Seeds with short runs. */
const narrowing = { without: hazards, untilMs: 2_000 };

describe('Workers', function () {
  this.timeout(60_000);

  it('return the result of each seed, in the order of the seeds', async () => {
    const workers = new Workers(2);
    try {
      const seeds = [5, 3, 4];
      const results = [];
      for await (const result of workers.run(seeds, narrowing)) results.push(result);
      const alone = await Promise.all(seeds.map((seed) => runSeed(seed, narrowing)));
      expect(results).to.deep.equal(alone);
    } finally {
      await workers.close();
    }
  });
});
