/**
 * The runner: `npm run gate`. Runs all stages, or one piece, and ends with a table. Exit code 1 if any failed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Command, Option } from 'commander';
import { thisMachine } from '../evidence/machine.ts';
import { countsOf } from '../evidence/result.ts';
import { readResult } from '../evidence/result-file.ts';
import { commitName } from '../simulation/report/seed-ledger.ts';
import { gatePieces } from './pieces.ts';
import { appendPiece, recordFile, tellRecord } from './record.ts';
import { type Result, toTable } from './report.ts';
import { type Stage, stagesOf, type Tier, tiers } from './stages.ts';

interface Options {
  readonly tier: Tier;
  readonly only: string;
  readonly piece?: string;
  readonly append: boolean;
}

const program = new Command('npm run gate --')
  .description(
    'Runs every check that a release needs (hours), or with --tier ci a smaller part (minutes).',
  )
  .addOption(new Option('--tier <name>', 'how much to run').choices([...tiers]).default('gate'))
  .option('--only <words>', 'only stages with this text in the title', '')
  .option('--piece <name>', 'run this piece of the gate; "list" prints their names')
  .option('--append', 'add the result of the piece to the record, test/gate/ledger.json', false)
  .parse();
const { tier, only, piece, append } = program.opts<Options>();
if (append && piece === undefined) program.error('--append needs --piece');

const pieces = gatePieces();
const names = pieces.map(({ title }) => title);
if (piece === 'list') {
  console.log(names.join('\n'));
  process.exit(0);
}
const stages =
  piece === undefined
    ? stagesOf(tier).filter(({ title }) => title.includes(only))
    : pieces.filter(({ title }) => title === piece);
if (stages.length === 0) program.error('there is no such stage; --piece list prints the pieces');

const results: Result[] = [];
for (const stage of stages) {
  const startedAt = new Date().toISOString();
  console.log(`\n== ${stage.title}: ${tellCommand(stage)}`);
  if (append) await runPiece(stage, startedAt);
  else results.push(await run(stage));
}
console.log(`\n${toTable(results)}`);
process.exitCode = results.every(({ hasPassed }) => hasPassed) ? 0 : 1;

/** Runs a piece, and adds it to the record. */
async function runPiece(stage: Stage, startedAt: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'paxkv-gate-'));
  try {
    const json = join(folder, 'result.json');
    const hasData = !stage.program.startsWith('paxos/');
    const commit = commitName(import.meta.dirname);
    const result = await run(stage, hasData ? ['--json', json] : []);
    results.push(result);
    const counts = existsSync(json) ? countsOf(readResult(json)) : {};
    const { title, ...rest } = result;
    const command = tellCommand(stage);
    const machine = thisMachine();
    const entry = { piece: title, commit, machine, startedAt, ...rest, command, counts };
    console.log(`\n${tellRecord(appendPiece(recordFile, entry), { commit, pieces: names })}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function tellCommand({ program: file, args }: Stage): string {
  return [file, ...args].join(' ');
}

/** Prints the output of the stage, and keeps its last line for the table. */
async function run(
  { title, program: file, args }: Stage,
  more: readonly string[] = [],
): Promise<Result> {
  const startMs = performance.now();
  const path = join(import.meta.dirname, '..', file);
  const flags = ['--enable-source-maps', '--expose-gc'];
  const child = spawn(process.execPath, [...flags, path, ...args, ...more], {
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
