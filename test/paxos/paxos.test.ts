/** The 19 tests of the teaching lab in virtual time. */
import { Lab } from './lab.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { labGroups } from './tests.ts';

/** The same runs each time, unless told otherwise. */
const { PAXKV_SEED: givenSeed = '1' } = process.env;
const seed = Number(givenSeed);

describe('Paxos', () => {
  for (const { cluster, tests } of labGroups) {
    describe(`in a cluster of ${cluster.peerCount} peers`, () => {
      const world = new SimulatedWorld(seed);
      let lab: Lab;

      before(() =>
        world.run(async () => {
          lab = await Lab.open(world, cluster);
        }),
      );

      for (const test of tests) it(test.title, () => world.run(() => lab.run(test)));

      afterEach(function () {
        if (this.currentTest?.state !== 'failed') return;
        const { title } = this.currentTest;
        console.error(`again: npm run test:paxos -- --only "${title}" --seed ${seed}`);
      });

      after(() => world.run(() => lab.close()));
    });
  }
});
