/** `npm run evidence`: makes the page from result files, after running the tests small if asked to. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { Command, Option } from 'commander';
import { readRecord, recordFile } from '../gate/record.ts';
import { toEvidencePage } from './page.ts';
import { quickRuns } from './quick.ts';
import { readResults } from './result-file.ts';

interface Options {
  readonly run?: 'quick';
  readonly from: string;
  readonly out: string;
}

const root = join(import.meta.dirname, '../../..');
const program = new Command('npm run evidence --')
  .description('makes one HTML page of what the tests ran and found')
  .addOption(new Option('--run <size>', 'run the tests first').choices(['quick']))
  .option('--from <folder>', 'with the results of test programs', join(root, '.evidence'))
  .option('--out <file>', 'the page', join(root, '.evidence', 'evidence.html'));
const { run, from, out } = program.parse().opts<Options>();

mkdirSync(from, { recursive: true });
if (run === 'quick') {
  for (const { name, program: file, args } of quickRuns) {
    const json = ['--json', join(from, `${name}.json`)];
    console.log(`\n== ${name}`);
    const path = join(import.meta.dirname, '..', file);
    const { status } = spawnSync(process.execPath, ['--expose-gc', path, ...args, ...json], {
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
const results = readResults(from);
const pieces = existsSync(recordFile) ? readRecord(recordFile) : [];
if (results.length === 0) program.error(`there is no result in ${from}; try --run quick`);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, toEvidencePage({ results, pieces }));
console.log(`\nwrote ${relative(process.cwd(), out)}: ${results.length} results`);
