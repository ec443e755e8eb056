/** The runner: `npm run damage`. Exit code 1 if any cell failed. */
import { Command, Option } from 'commander';
import type { DamageBody, DamageFate } from '../evidence/result.ts';
import { beginResult } from '../evidence/result-file.ts';
import { allCells, type Cell, ciCells, nameOf, nodeCountOf, quickCells } from './cells.ts';
import { type Outcome, runCell } from './run-cell.ts';
import { Template } from './template.ts';

interface Options {
  readonly share: keyof typeof shares;
  readonly cells: string;
  readonly times: string;
  readonly json?: string;
}

/** The golden ratio spreads the positions over the whole file for any number of runs. */
const positionStep = 0.618;

const shares = { all: allCells, ci: ciCells, quick: quickCells } as const;

const program = new Command('damage')
  .description(
    'damages files of clusters by every cell of the matrix, and checks that they recover or stop',
  )
  .addOption(
    new Option('--share <name>', 'which cells').choices(Object.keys(shares)).default('all'),
  )
  .option('--cells <pattern>', 'pattern of cell names, such as "state table, .*, one"', '')
  .option('--times <count>', 'runs of each cell, each at another position of the file', '1')
  .option('--json <file>', 'write the result as data');

const { share, cells: pattern, times, json } = program.parse().opts<Options>();
const cells = shares[share].filter((cell) => new RegExp(pattern).test(nameOf(cell)));
if (cells.length === 0) program.error(`no cell matches ${pattern}`);

const writeResult = beginResult();
const judged: DamageBody['cells'][number][] = [];
const templates = new Map<number, Template>();
const failures: string[] = [];
const counts = { recovered: 0, stopped: 0 };
const startMs = performance.now();
try {
  for (const cell of cells) await runTimes(cell);
} finally {
  for (const template of templates.values()) await template.remove();
}
const tookS = Math.round((performance.now() - startMs) / 1000);
console.log(
  `\n${cells.length} cells in ${tookS} s: ${counts.recovered} runs recovered, ` +
    `${counts.stopped} stopped with a reason, ${failures.length} failed`,
);
for (const failure of failures) console.log(failure);
const hasPassed = failures.length === 0;
writeResult(json, hasPassed, { kind: 'damage', cells: judged });
process.exitCode = hasPassed ? 0 : 1;

async function runTimes(cell: Cell): Promise<void> {
  const count = nodeCountOf(cell);
  const template = templates.get(count) ?? (await Template.make(count));
  templates.set(count, template);
  const words: string[] = [];
  const fates: DamageFate[] = [];
  for (let time = 0; time < Number(times); time += 1) {
    const at = (0.4 + time * positionStep) % 1;
    try {
      const outcome = await runCell(cell, template, at);
      counts[outcome.fate] += 1;
      fates.push(outcome.fate);
      words.push(toWords(outcome));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      failures.push(`${nameOf(cell)}, at ${at.toFixed(3)}: ${reason}`);
      words.push('FAILED');
      fates.push('failed');
    }
  }
  judged.push({ ...cell, fates });
  console.log(`${nameOf(cell).padEnd(40)} ${words.join(', ')}`);
}

function toWords({ fate, tookMs, setAsideCount }: Outcome): string {
  return `${fate} in ${(tookMs / 1000).toFixed(1)} s (${setAsideCount} quarantined)`;
}
