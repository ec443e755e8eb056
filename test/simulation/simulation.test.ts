import { expect } from 'chai';
import { replayCommand } from './report/summary.ts';
import { runSeed } from './run-seed.ts';
import { parseSettings } from './settings.ts';

/** Not the seeds that `npm run simulate` starts with. */
const firstSeed = 1_000_001;
const seedCount = 25;

describe('Swarm simulation', function () {
  this.timeout(60_000);

  for (let seed = firstSeed; seed < firstSeed + seedCount; seed += 1) {
    it(`finds nothing wrong with seed ${seed}`, async () => {
      const { failure } = await runSeed(seed);
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
