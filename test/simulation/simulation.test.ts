import { expect } from 'chai';
import { replayCommand } from './report/summary.ts';
import { runSeed } from './run-seed.ts';

/** Those that `npm run simulate` takes first are left to it. */
const firstSeed = 1_000_001;
const seedCount = 10;

describe('Swarm simulation', () => {
  for (let seed = firstSeed; seed < firstSeed + seedCount; seed += 1) {
    it(`finds nothing wrong with seed ${seed}`, async () => {
      const { failure } = await runSeed(seed);
      expect(failure, replayCommand(seed, {})).to.equal(undefined);
    });
  }

  it('tells the same story twice, byte for byte', async () => {
    const stories = await Promise.all([traceOf(firstSeed), traceOf(firstSeed)]);
    expect(stories[0]?.length).to.be.above(1_000);
    expect(stories[0] === stories[1]).to.equal(true);
  });
});

async function traceOf(seed: number): Promise<string> {
  const lines: string[] = [];
  await runSeed(seed, { onTrace: (line) => lines.push(line) });
  return lines.join('\n');
}
