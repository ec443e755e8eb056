/** The 19 tests of the teaching lab in virtual time, without a leader and with one. */
import { Lab, type LabGroup } from './lab.ts';
import { SimulatedWorld } from './simulated-world.ts';
import { labGroups } from './tests.ts';

/** The same runs each time, unless a seed is given. */
const { PAXKV_SEED: givenSeed = '1' } = process.env;
const seed = Number(givenSeed);

for (const isLed of [false, true]) {
  describe(isLed ? 'Paxos with a leader' : 'Paxos', () => {
    for (const group of labGroups) runGroup(group, isLed);
  });
}

function runGroup({ cluster, tests }: LabGroup, isLed: boolean): void {
  describe(`in a cluster of ${cluster.peerCount} peers`, () => {
    const world = new SimulatedWorld(seed);
    let lab: Lab;

    before(() =>
      world.run(async () => {
        lab = await Lab.open(world, { ...cluster, isLed });
      }),
    );

    for (const test of tests) it(test.title, () => world.run(() => lab.run(test)));

    afterEach(function () {
      if (this.currentTest?.state !== 'failed') return;
      const { title } = this.currentTest;
      const leader = isLed ? '--leader ' : '';
      console.error(`again: npm run test:paxos -- ${leader}--only "${title}" --seed ${seed}`);
    });

    after(() => world.run(() => lab.close()));
  });
}
