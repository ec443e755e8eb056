import { availableParallelism } from 'node:os';
import { expect } from 'chai';
import { Workers } from './jobs/workers.ts';
import { replayCommand } from './report/summary.ts';
import { runSeed, type SeedResult } from './run-seed.ts';
import { parseSettings } from './settings.ts';

/** Not the seeds that `npm run simulate` starts with. */
const firstSeed = 1_000_001;
const seedCount = 25;

describe('Swarm simulation', function () {
  this.timeout(60_000);

  const seeds = Array.from({ length: seedCount }, (_, place) => firstSeed + place);
  let workers: Workers | undefined;
  let results: ReadonlyMap<number, Promise<SeedResult>> | undefined;

  after(() => workers?.close());

  /** The first call starts all seeds, in their order, on every processor: in virtual time nothing depends on the load. */
  async function resultOf(seed: number): Promise<SeedResult> {
    results ??= startAll();
    return (await results.get(seed)) ?? expect.fail(`seed ${seed} was not started`);
  }

  function startAll(): ReadonlyMap<number, Promise<SeedResult>> {
    const threads = new Workers(Math.min(availableParallelism(), seedCount));
    workers = threads;
    return new Map(
      seeds.map((seed) => {
        const result = threads.runOne(seed, {});
        // Its own test awaits it, perhaps after others have failed.
        result.catch(() => {});
        return [seed, result];
      }),
    );
  }

  for (const seed of seeds) {
    it(`finds nothing wrong with seed ${seed}`, async () => {
      const { failure } = await resultOf(seed);
      expect(failure, replayCommand(seed, {})).to.equal(undefined);
    });
  }

  for (const seed of [firstSeed, firstSeed + 1]) {
    it(`traces seed ${seed} the same twice, byte for byte`, async () => {
      const stories = await Promise.all([traceOf(seed), traceOf(seed)]);
      expect(stories[0]?.length).to.be.above(1_000);
      expect(stories[0] === stories[1]).to.equal(true);
    });
  }

  it('reproduces a failure with the command that it prints', async () => {
    const narrowing = { without: ['crash' as const], only: [2, 3], untilMs: 20_000 };
    const [, flags = ''] = replayCommand(firstSeed, narrowing).split(' -- ');
    const argv = [...flags.matchAll(/'([^']*)'|(\S+)/g)].map(
      ([, quoted, bare = '']) => quoted ?? bare,
    );
    const settings = parseSettings(argv);
    expect(settings).to.include({ firstSeed, seedCount: 1, isTraced: true });
    expect(settings.narrowing).to.deep.equal(narrowing);
  });
});

async function traceOf(seed: number): Promise<string> {
  const lines: string[] = [];
  await runSeed(seed, { onTrace: (line) => lines.push(line) });
  return lines.join('\n');
}
