/** Runs the examples of the documents that need no cluster. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { blocksOf, readPage, root } from './pages.ts';

const run = promisify(execFile);

describe('packages/paxos/README.md', () => {
  it('shows a program in which three peers agree', async () => {
    const [program = ''] = blocksOf(await readPage('packages/paxos/README.md'), 'js');
    // Packages are found from here.
    const options = { cwd: join(root, 'test') };
    const flags = ['--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, flags, options);
    expect(['apple\napple\napple\n', 'pear\npear\npear\n']).to.include(stdout);
  });
});
