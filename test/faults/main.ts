/** The runner: `npm run faults`. Exit code 1 if any run failed. */
import { Command, Option } from 'commander';
import { Missing } from './disk/shim-library.ts';
import { plansOf, type Tier, tiers } from './run/plans.ts';
import { toLine, toTable } from './run/report-text.ts';
import { run } from './run/run.ts';
import { type RunPlan, type RunReport, runKinds } from './run/run-plan.ts';

interface Options {
  readonly tier: Tier;
  readonly only?: string;
  readonly seed: string;
}

const program = new Command('faults')
  .description('harms clusters of real processes, and judges what their clients saw')
  .addOption(new Option('--tier <name>', 'how much').choices([...tiers]).default('ci'))
  .option('--only <kinds>', `of ${runKinds.join(', ')}; several with commas`)
  .option('--seed <text>', 'draws nodes, times and calls', `${Date.now() % 1_000_000}`);

const { tier, only, seed } = program.parse().opts<Options>();
const kinds: readonly string[] = only?.split(',') ?? runKinds;
const plans = plansOf(tier).filter(({ kind }) => kinds.includes(kind));
if (plans.length === 0) program.error(`tier ${tier} has no run of kind ${only}`);

// Asked to end, it still ends its servers and lets go of its disks.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

console.log(`tier ${tier}, seed ${seed}: ${plans.length} runs`);
const reports: RunReport[] = [];
const skipped: string[] = [];
for (const [index, plan] of plans.entries()) await runOne(plan, `${seed}/${index}`);

const failedCount = reports.filter(({ findings }) => findings.length > 0).length;
console.log(`\n${toTable(reports)}\n`);
for (const line of skipped) console.log(line);
const passedCount = reports.length - failedCount;
console.log(`${passedCount} passed, ${failedCount} failed, ${skipped.length} skipped`);
process.exitCode = failedCount === 0 ? 0 : 1;

async function runOne(plan: RunPlan, runSeed: string): Promise<void> {
  try {
    const report = await run(plan, runSeed);
    reports.push(report);
    console.log(toLine(report));
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    skipped.push(`skipped ${plan.title}: ${error.message}`);
    console.log(skipped.at(-1));
  }
}
