/** `npm run simulate`: runs seeds and tells what came of them. Exit code 1 if a judge objects. */
import { Workers } from './jobs/workers.ts';
import { Progress } from './report/progress.ts';
import { tellFailure, tellSummary } from './report/summary.ts';
import { Totals } from './report/totals.ts';
import { runSeed } from './run-seed.ts';
import { parseSettings, type Settings } from './settings.ts';

const settings = parseSettings(process.argv.slice(2));
process.exitCode = settings.isTraced ? await trace(settings) : await simulate(settings);

/** Prints one run, event by event. */
async function trace({ firstSeed, narrowing }: Settings): Promise<number> {
  const onTrace = (line: string) => process.stdout.write(`${line}\n`);
  const { failure } = await runSeed(firstSeed, { ...narrowing, onTrace });
  if (failure === undefined) return 0;
  process.stdout.write(`${tellFailure(firstSeed, failure, narrowing)}\n`);
  return 1;
}

async function simulate({ firstSeed, seedCount, narrowing, jobCount }: Settings): Promise<number> {
  const seeds = Array.from({ length: seedCount }, (_, place) => firstSeed + place);
  const workers = new Workers(Math.min(jobCount, seedCount));
  const totals = new Totals();
  const progress = new Progress(seedCount);
  try {
    for await (const result of workers.run(seeds, narrowing)) {
      totals.add(result);
      progress.update(totals);
      if (result.failure === undefined) continue;
      progress.pause();
      process.stdout.write(`${tellFailure(result.seed, result.failure, narrowing)}\n`);
    }
  } finally {
    progress.end();
    await workers.close();
  }
  process.stdout.write(`${tellSummary(totals)}\n`);
  return totals.failures.length === 0 ? 0 : 1;
}
