/** The runner: `npm run faults`. Exit code 1 if any run failed. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { FaultsBody } from '../evidence/result.ts';
import { beginResult } from '../evidence/result-file.ts';
import { Missing } from './disk/shim-library.ts';
import { plansOf, type Tier, tiers } from './run/plans.ts';
import { toLine, toTable } from './run/report-text.ts';
import { run } from './run/run.ts';
import { type RunPlan, type RunReport, runKinds } from './run/run-plan.ts';

interface Options {
  readonly tier: Tier;
  readonly only?: string;
  readonly seed: string;
  readonly keep?: string;
  readonly minutes: number;
  readonly json?: string;
}

const program = new Command('faults')
  .description(
    'injects faults into clusters of real processes, and checks the histories of their clients',
  )
  .addOption(new Option('--tier <name>', 'how much').choices([...tiers]).default('ci'))
  .option('--only <kinds>', `kinds of runs, separated by commas: ${runKinds.join(', ')}`)
  .option('--seed <text>', 'selects nodes, times and calls', `${Date.now() % 1_000_000}`)
  .option('--minutes <number>', 'duration of runs of absence and remade', Number, 10)
  .option('--json <file>', 'write the result as data')
  .option('--keep <directory>', 'directory for the histories of all runs, not only failed ones');

const { tier, only, seed, keep, minutes, json } = program.parse().opts<Options>();
const kinds: readonly string[] = only?.split(',') ?? runKinds;
const all = plansOf(tier, { minutes }).map((plan, index) => ({
  plan,
  number: index + 1,
}));
const chosen = all.filter(({ plan }) => kinds.includes(plan.kind));
if (chosen.length === 0) program.error(`tier ${tier} has no run of kind ${only}`);
if (keep !== undefined) await mkdir(keep, { recursive: true });

// On SIGINT and SIGTERM it still stops its servers and releases its disks.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

console.log(`tier ${tier}, seed ${seed}: ${chosen.length} runs`);
const writeResult = beginResult();
const reports: RunReport[] = [];
const skipped: string[] = [];
let brokenCount = 0;
for (const { plan, number } of chosen) await runOne(plan, number);

const failedCount = reports.filter(({ findings }) => findings.length > 0).length;
console.log(`\n${toTable(reports)}\n`);
for (const line of skipped) console.log(line);
const counts = [
  `${reports.length - failedCount} passed`,
  `${failedCount + brokenCount} failed`,
  `${skipped.length} skipped`,
];
console.log(counts.join(', '));
const hasPassed = failedCount + brokenCount === 0;
writeResult(json, hasPassed, toBody());
process.exitCode = hasPassed ? 0 : 1;

function toBody(): FaultsBody {
  const runs = reports.map((report) => ({
    kind: report.plan.kind,
    strikeCount: report.strikes.length,
    leaderCount: report.leaderCount,
    callCount: report.callCount,
    ackCount: report.ackCount,
    longestSilenceMs: Math.round(Math.max(0, ...report.silencesMs)),
    slowestRecoveryMs: Math.round(Math.max(0, ...report.recoveriesMs)),
    findingCount: report.findings.length,
  }));
  return { kind: 'faults', seed, runs, skippedCount: skipped.length, brokenCount };
}

/** The number of a run among all runs of the tier is part of its seed, whichever runs are selected. */
async function runOne(plan: RunPlan, number: number): Promise<void> {
  const historyFile = keep === undefined ? {} : { historyFile: join(keep, `${number}.jsonl`) };
  const label = `${number}/${all.length}`.padStart(7);
  try {
    const report = await run(plan, { seed: `${seed}/${number}`, ...historyFile });
    reports.push(report);
    console.log(`${label} ${toLine(report)}`);
  } catch (error) {
    if (error instanceof Missing) {
      skipped.push(`skipped ${plan.title}: ${error.message}`);
      console.log(`${label} ${skipped.at(-1)}`);
    } else {
      brokenCount += 1;
      console.log(`${label} FAILED  ${plan.title}: could not start`, error);
    }
  }
}
