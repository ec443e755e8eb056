import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv restore', () => {
  let folder: string;
  let file: string;
  let data: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-restore-'));
    file = join(folder, 'backup');
    data = join(folder, 'data');
    await writeFile(file, await backupOf((await smallState()).level));
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function identityIn(directory: string): Promise<object> {
    return JSON.parse(await readFile(join(directory, 'identity.json'), 'utf8'));
  }

  it('makes as many nodes as there were, under the same name, where paxkv cluster finds them', async () => {
    const { exitCode, printed } = await runCaptured(['restore', file, '--data', data]);
    expect(exitCode).to.equal(0);
    expect((await readdir(data)).sort()).to.deep.equal(['node-0', 'node-1', 'node-2']);
    for (const nodeId of [0, 1, 2]) {
      const identity = await identityIn(join(data, `node-${nodeId}`));
      expect(identity).to.include({ nodeId, nodeCount: 3, clusterId: 'paxkv' });
    }
    expect(printed).to.match(/^restored cluster paxkv at revision 5/);
    expect(printed).to.contain(`node 2: ${join(data, 'node-2')}`);
  });

  it('makes one node of a cluster of another size and name', async () => {
    const size = ['--nodes', '5', '--node', '4', '--cluster', 'other'];
    const { exitCode, printed } = await runCaptured([
      ...['restore', file, '--json', '--data', data],
      ...size,
    ]);
    expect(exitCode).to.equal(0);
    expect(await identityIn(data)).to.include({ nodeId: 4, nodeCount: 5, clusterId: 'other' });
    expect(JSON.parse(printed).restored).to.deep.equal([{ node: 4, data }]);
    const { seed } = JSON.parse(printed);
    const again = ['restore', file, '--data', join(folder, 'again'), ...size, '--seed', seed];
    expect((await runCaptured(again)).printed).to.contain(`--seed=${seed}`);
  });

  it('takes a seed that looks like an option, in the form that it prints', async () => {
    for (const [index, seed] of ['-Vx', '-tsoon'].entries()) {
      const node = ['restore', file, '--node', '0'];
      const first = await runCaptured([...node, '--data', `${data}-${index}`, '--seed', seed]);
      const form = `--seed=${seed}`;
      expect(first.printed.trimEnd().endsWith(` ${form}`), first.printed).to.equal(true);
      const again = await runCaptured([...node, '--data', `${data}-again-${index}`, form]);
      expect(again.printed).to.contain(form);
    }
  });

  it('refuses what cannot be restored, with a code and before it writes', async () => {
    const codeOf = async (...args: string[]) => {
      const { exitCode, explained } = await runCaptured(['restore', ...args, '--json']);
      return [exitCode, JSON.parse(explained.split('\n').at(-2) ?? '').error.code];
    };
    expect(await codeOf(file)).to.deep.equal([2, 'CLI_USAGE']);
    expect(await codeOf(file, '--data', data, '--node', '3')).to.deep.equal([2, 'CLI_USAGE']);
    const absent = join(folder, 'absent');
    expect(await codeOf(absent, '--data', data)).to.deep.equal([1, 'CLI_FILE']);
    await writeFile(absent, 'no backup');
    expect(await codeOf(absent, '--data', data)).to.deep.equal([1, 'BACKUP_UNKNOWN_FORMAT']);
    expect(await readdir(folder)).to.not.include('data');
    await runCaptured(['restore', file, '--data', data]);
    expect(await codeOf(file, '--data', data)).to.deep.equal([3, 'DISK_UNUSABLE']);
  });
});
