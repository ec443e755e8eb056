/** The settings of mocha for `npm test`: every test file, in as many processes as the machine has processors. */
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { inOrder } from './company.ts';

const compiledTests = join(import.meta.dirname, '..');
const settings = join(compiledTests, '../../.mocharc.json');

const files = readdirSync(compiledTests, { recursive: true, encoding: 'utf8' });

const wholeRun = {
  ...JSON.parse(readFileSync(settings, 'utf8')),
  parallel: true,
  jobs: availableParallelism(),
  require: [join(import.meta.dirname, 'hooks.js')],
  spec: inOrder(files.filter((file) => file.endsWith('.test.js'))).map((file) =>
    join(compiledTests, file),
  ),
};

// Mocha loads its settings by `require`, which returns this export.
export { wholeRun as 'module.exports' };
