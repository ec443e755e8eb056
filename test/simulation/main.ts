/** `npm run simulate`: runs seeds and reports the results. Exit code 1 if an invariant is violated. */
import { join } from 'node:path';
import { beginResult } from '../evidence/result-file.ts';
import { HistoryFile } from '../history/history-file.ts';
import { Workers } from './jobs/workers.ts';
import { Progress } from './report/progress.ts';
import { toResultBody } from './report/result-body.ts';
import { addEntry, commitName, tellEntries, toEntry } from './report/seed-ledger.ts';
import { tellFailure, tellFaults, tellSummary } from './report/summary.ts';
import { type FailedSeed, Totals } from './report/totals.ts';
import { runSeed } from './run-seed.ts';
import { drawSchedule } from './schedule/draw-schedule.ts';
import { type Narrowing, narrow } from './schedule/narrow.ts';
import { parseSettings, type Settings } from './settings.ts';
import { Shrinking } from './shrink.ts';

/** How many of the failing seeds are shrunk: the first few. */
const shrunkCountMax = 3;

const settings = parseSettings(process.argv.slice(2));
const isAlone = settings.isTraced || settings.historyFile !== undefined;
process.exitCode = isAlone ? await runAlone(settings) : await simulate(settings);

/** Prints one run, event by event, or writes its history. */
async function runAlone({
  firstSeed,
  narrowing,
  isTraced,
  historyFile,
}: Settings): Promise<number> {
  const file = historyFile === undefined ? undefined : HistoryFile.create(historyFile);
  const { failure } = await runSeed(firstSeed, {
    ...narrowing,
    ...(isTraced ? { onTrace: print } : {}),
    onEvent: (event) => file?.add(event),
  });
  await file?.close();
  if (failure === undefined) return 0;
  print(tellFailure(firstSeed, { failure, narrowing }));
  return 1;
}

async function simulate(settings: Settings): Promise<number> {
  const { firstSeed, seedCount, jobCount, narrowing } = settings;
  const seeds = Array.from({ length: seedCount }, (_, place) => firstSeed + place);
  const workers = new Workers(Math.min(jobCount, seedCount));
  const totals = new Totals();
  const writeResult = beginResult();
  const progress = new Progress(seedCount);
  try {
    for await (const result of workers.run(seeds, narrowing)) {
      totals.add(result);
      progress.update(totals);
      if (result.failure === undefined) continue;
      progress.pause();
      print(tellFailure(result.seed, { failure: result.failure, narrowing }));
    }
    progress.end();
    print(tellSummary(totals));
    const hasPassed = totals.failed.length === 0;
    writeResult(settings.jsonFile, hasPassed, toResultBody(totals, firstSeed));
    if (settings.isLedger) print(keep(totals, firstSeed));
    if (settings.isShrunk) {
      for (const failed of totals.failed.slice(0, shrunkCountMax)) await shrink(failed, narrowing);
    }
  } finally {
    await workers.close();
  }
  return totals.failed.length === 0 ? 0 : 1;

  /** Prints a failing run after it was shrunk. */
  async function shrink({ seed, failure }: FailedSeed, given: Narrowing): Promise<void> {
    const schedule = drawSchedule(seed);
    const run = (narrowed: Narrowing) => workers.runOne(seed, narrowed);
    const least = await new Shrinking(schedule, { narrowing: given, failure }, run).run();
    print(`\nShrunk: ${tellFailure(seed, least)}`);
    print(tellFaults(narrow(schedule, least.narrowing)));
  }
}

function keep(totals: Totals, firstSeed: number): string {
  const folder = join(import.meta.dirname, '../../simulation');
  const entry = toEntry(totals, { firstSeed, commit: commitName(folder) });
  return tellEntries(addEntry(join(folder, 'ledger.json'), entry));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
