import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv cluster', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-cluster-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  for (const flags of [
    ['--nodes', '0'],
    ['--nodes', '10'],
    ['--nodes', 'three'],
    ['--port', '0'],
    ['--port', '65535'],
  ]) {
    it(`refuses ${flags.join(' ')} as bad usage`, async () => {
      const data = join(directory, 'data');
      const { exitCode, notes } = await runCaptured(['cluster', '--data', data, ...flags]);
      expect(exitCode).to.equal(2);
      expect(notes.join()).to.contain('whole number');
      expect(existsSync(data)).to.equal(false);
    });
  }

  it('refuses data of a cluster of another size, and touches nothing', async () => {
    for (const node of ['node-0', 'node-1', 'node-2']) {
      await mkdir(join(directory, node));
      await writeFile(join(directory, node, 'identity.json'), '{}');
    }
    const { exitCode, printed, notes } = await runCaptured([
      ...['cluster', '--data', directory, '--nodes', '5'],
    ]);
    expect(exitCode).to.equal(3);
    expect(printed).to.equal('');
    expect(notes.at(-1)).to.match(/a cluster of 3, not 5: start it with --nodes 3$/);
    expect(existsSync(join(directory, 'node-3'))).to.equal(false);
    expect(existsSync(join(directory, 'node-0.log'))).to.equal(false);
  });

  it('prints its settings with those of its nodes, and starts nothing', async () => {
    const data = join(directory, 'data');
    const args = ['cluster', '--data', data, '--log-budget', '1MiB', '--json', '--print-config'];
    const { exitCode, printed } = await runCaptured(args);
    expect(exitCode).to.equal(0);
    expect(JSON.parse(printed).settings).to.deep.include({
      nodes: { value: '3', source: 'default' },
      logBudget: { value: '1MiB', source: '--log-budget' },
      logWindow: { value: '1GiB', source: 'default' },
    });
    expect(existsSync(data)).to.equal(false);
  });
});
