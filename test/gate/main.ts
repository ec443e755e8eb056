/** The runner: `npm run gate`. Runs all stages and ends with a table. Exit code 1 if any failed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { type Result, toTable } from './report.ts';
import { type Stage, stagesOf, type Tier, tiers } from './stages.ts';

interface Options {
  readonly tier: Tier;
  readonly only: string;
}

const { tier, only } = new Command('npm run gate --')
  .description(
    'Runs every check that a release needs (hours), or with --tier ci a smaller part (minutes).',
  )
  .addOption(new Option('--tier <name>', 'how much to run').choices([...tiers]).default('gate'))
  .option('--only <words>', 'only stages with this text in the title', '')
  .parse()
  .opts<Options>();

const results: Result[] = [];
for (const stage of stagesOf(tier).filter(({ title }) => title.includes(only))) {
  console.log(`\n== ${stage.title}: ${[stage.program, ...stage.args].join(' ')}`);
  results.push(await run(stage));
}
console.log(`\n${toTable(results)}`);
process.exitCode = results.every(({ hasPassed }) => hasPassed) ? 0 : 1;

/** Prints the output of the stage, and keeps its last line for the table. */
async function run({ title, program, args }: Stage): Promise<Result> {
  const startMs = performance.now();
  const file = join(import.meta.dirname, '..', program);
  const flags = ['--enable-source-maps', '--expose-gc'];
  const child = spawn(process.execPath, [...flags, file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let lastLine = '';
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    console.log(line);
    if (line.trim() !== '') lastLine = line.trim();
  });
  const [[code]] = await Promise.all([once(child, 'exit'), once(lines, 'close')]);
  const seconds = Math.round((performance.now() - startMs) / 1000);
  return { title, seconds, hasPassed: code === 0, lastLine };
}
