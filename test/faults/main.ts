/** The runner: `npm run faults`. Exit code 1 if any run failed. */
import { Command, Option } from 'commander';
import { plansOf, type Tier, tiers } from './run/plans.ts';
import { toLine, toTable } from './run/report-text.ts';
import { run } from './run/run.ts';
import type { RunReport } from './run/run-plan.ts';

interface Options {
  readonly tier: Tier;
  readonly only?: string;
  readonly seed: string;
}

const program = new Command('faults')
  .description('harms clusters of real processes, and judges what their clients saw')
  .addOption(new Option('--tier <name>', 'how much').choices([...tiers]).default('ci'))
  .option('--only <kinds>', 'kinds of runs, separated by commas')
  .option('--seed <text>', 'draws nodes, times and calls', `${Date.now() % 1_000_000}`);

const { tier, only, seed } = program.parse().opts<Options>();
const kinds = only?.split(',');
const plans = plansOf(tier).filter(({ kind }) => kinds?.includes(kind) ?? true);
if (plans.length === 0) program.error(`no run is of kind ${only}`);

const reports: RunReport[] = [];
console.log(`tier ${tier}, seed ${seed}: ${plans.length} runs`);
for (const [index, plan] of plans.entries()) {
  const report = await run(plan, `${seed}/${index}`);
  reports.push(report);
  console.log(toLine(report));
}
const failedCount = reports.filter(({ findings }) => findings.length > 0).length;
console.log(
  `\n${toTable(reports)}\n\n${reports.length - failedCount} passed, ${failedCount} failed`,
);
process.exitCode = failedCount === 0 ? 0 : 1;
