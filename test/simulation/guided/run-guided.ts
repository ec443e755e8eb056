/** Runs what a guide chooses, in all threads at once. */
import { SeededRandom } from '@paxkv/simulator';
import type { Workers } from '../jobs/workers.ts';
import type { SeedResult } from '../run-seed.ts';
import type { Narrowing } from '../schedule/narrow.ts';
import type { Settings } from '../settings.ts';
import { Guide } from './guide.ts';

/** Returns what the runs have reached, as a line of text. @throws Error if a thread ends or fails. */
export async function runGuided(
  workers: Workers,
  { firstSeed, seedCount, jobCount, narrowing }: Settings,
  onResult: (result: SeedResult, narrowing: Narrowing) => void,
): Promise<string> {
  const guide = new Guide(new SeededRandom(`guide ${firstSeed}`), firstSeed);
  let begunCount = 0;
  const work = async () => {
    while (begunCount < seedCount) {
      begunCount += 1;
      const choice = guide.next();
      const { seed, variants } = choice;
      const result = await workers.runOne(seed, { ...narrowing, variants });
      guide.learn(choice, result.counters);
      onResult(result, { ...narrowing, variants });
    }
  };
  await Promise.all(Array.from({ length: jobCount }, work));
  const { keptCount, reachedCount } = guide;
  return `guided: ${reachedCount} combinations of rare states were reached, and ${keptCount} runs kept`;
}
