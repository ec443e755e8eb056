/** Runs the example programs of the packages' READMEs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KvClient } from '@paxkv/client';
import { expect } from 'chai';
import { Cluster } from './cluster.ts';
import { blocksOf, readPage, root, rowsOf } from './pages.ts';

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

describe('docs/everyday-jobs.md', function () {
  // Each program is a process, on a machine that may be busy.
  this.timeout(30_000);

  it('shows programs that print what their comments say', async () => {
    const programs = blocksOf(await readPage('docs/everyday-jobs.md'), 'js');
    expect(programs).to.have.length(4);
    const cluster = await Cluster.start();
    try {
      for (const program of programs) {
        const claimed = [...program.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line]) => line);
        const output = await outputOf(cluster.translate(program));
        expect(output.trimEnd().split('\n')).to.deep.equal(claimed);
      }
    } finally {
      await cluster.close();
    }
  });

  it('names calls of the client that it has', async () => {
    const rows = rowsOf(await readPage('docs/everyday-jobs.md'));
    const calls = rows.flatMap(([, paxkv = '']) =>
      [...paxkv.matchAll(/`(\w+)\(/g)].map(([, name = '']) => name),
    );
    expect(calls).to.include.members(['get', 'increment', 'namespace']);
    const client = new KvClient({ endpoints: '127.0.0.1:1' });
    for (const name of calls) expect(client, name).to.respondTo(name);
    await client.close();
  });
});

describe('packages/paxos-level/README.md', () => {
  it('shows a program that prints what its comment says', async () => {
    const [program = ''] = blocksOf(await readPage('packages/paxos-level/README.md'), 'js');
    const cluster = await Cluster.start();
    try {
      expect(await outputOf(cluster.translate(program))).to.equal('bob { visits: 2 }\n');
    } finally {
      await cluster.close();
    }
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
