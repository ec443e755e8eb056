/** Runs the example programs of the packages' READMEs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Cluster } from './cluster.ts';
import { blocksOf, readPage, root } from './pages.ts';

const run = promisify(execFile);

async function outputOf(program: string): Promise<string> {
  const flags = ['--input-type=module', '--eval', program];
  // Packages resolve from here.
  const { stdout } = await run(process.execPath, flags, { cwd: join(root, 'test') });
  return stdout;
}

describe('packages/paxos/README.md', () => {
  it('shows a program in which three peers agree', async () => {
    const [program = ''] = blocksOf(await readPage('packages/paxos/README.md'), 'js');
    const output = await outputOf(program);
    expect(['apple\napple\napple\n', 'pear\npear\npear\n']).to.include(output);
  });
});

describe('packages/simulator/README.md', () => {
  it('shows a test that passes', async () => {
    const [program = ''] = blocksOf(await readPage('packages/simulator/README.md'), 'ts');
    const it = 'const it = (title, body) => body.call({}).then(() => console.log(title));';
    // Node does not strip types yet, and the example has no others.
    const output = await outputOf(`${it}\n${program.replaceAll('<string>', '')}`);
    expect(output).to.equal('decides although a peer crashes\n');
  });
});

describe('packages/client/README.md', () => {
  it('shows a program that reads what it wrote', async () => {
    const [program = ''] = blocksOf(await readPage('packages/client/README.md'), 'ts');
    const cluster = await Cluster.start();
    try {
      expect(await outputOf(cluster.translate(program))).to.equal('blue\n');
    } finally {
      await cluster.close();
    }
  });
});
