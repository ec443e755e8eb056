/** A random search through peers that step. Every durable vote is checked against all others. */
import { expect } from 'chai';
import { Run, type RunOptions } from './random-search/run.ts';

/** Generated mutants meet fewer, since each of them meets them all. */
const { TEST_SEARCH_RUNS: seedCountText = '100' } = process.env;
const seedCount = Number(seedCountText);
/** Times of faults, and after each a calm one in which much is decided and forgotten while one peer is away. */
const roundCount = 3;
const stepCount = 100;

describe('Agreement, by random search', function () {
  // A second or two on a machine at rest.
  this.timeout(60_000);

  it(`decides at most one value an instance, and one value a ballot, in ${seedCount} runs`, () => {
    const runs = searchAll({ peerCount: 3, losing: false, leading: false });
    const decidedCount = runs.filter(({ isDecided }) => isDecided).length;
    expect(decidedCount, 'runs with every instance decided').to.be.greaterThan(0.5 * seedCount);
  });

  for (const peerCount of [3, 5]) {
    it(`holds when disks and states are lost, among ${peerCount} peers, in ${seedCount} runs`, () => {
      const runs = searchAll({ peerCount, losing: true, leading: false });
      expect(total(runs, 'lossCount'), 'losses').to.be.greaterThan(seedCount / 2);
    });
  }

  for (const losing of [false, true]) {
    for (const peerCount of [3, 5]) {
      const faults = losing ? 'with leaders, when disks and states are lost,' : 'with leaders,';
      it(`holds ${faults} among ${peerCount} peers, in ${seedCount} runs`, () => {
        const runs = searchAll({ peerCount, losing, leading: true });
        expect(total(runs, 'leaderCount'), 'elections won').to.be.greaterThan(seedCount);
        expect(total(runs, 'raisedFloorCount'), 'floors').to.be.greaterThan(seedCount);
        expect(total(runs, 'truncatedCount'), 'decisions truncated').to.be.greaterThan(seedCount);
        expect(total(runs, 'transferCount'), 'states taken').to.be.greaterThan(seedCount / 10);
      });
    }
  }
});

function searchAll(options: RunOptions): Run[] {
  return Array.from({ length: seedCount }, (_, seed) => search(seed, options));
}

function total(
  runs: readonly Run[],
  count: 'lossCount' | 'leaderCount' | 'raisedFloorCount' | 'truncatedCount' | 'transferCount',
): number {
  return runs.reduce((sum, run) => sum + run[count], 0);
}

function search(seed: number, options: RunOptions): Run {
  const run = new Run(seed, options);
  for (let round = 0; round < roundCount; round += 1) {
    for (let step = 0; step < stepCount; step += 1) {
      run.act();
      run.check();
    }
    run.settleWithout(run.drawPeer());
    run.check();
  }
  run.settle();
  run.check();
  run.checkSettled();
  return run;
}
