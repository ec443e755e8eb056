import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { restoreFile } from 'paxkv/internal/backup/restore-file';
import { backupOf, smallState } from '../../kvserver/backup/backups.ts';

describe('Restoring a file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-restore-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('takes the name and the size of the cluster from the backup, unless they are given', async () => {
    const file = join(folder, 'backup');
    await writeFile(file, await backupOf((await smallState()).level));
    const restore = (name: string, clusterId?: string, nodeCount?: number) =>
      restoreFile({
        file,
        directoryOf: (node) => join(folder, name, `${node}`),
        node: undefined,
        seed: 'new',
        ...{ clusterId, nodeCount, note: () => undefined },
      });
    const { members, backup } = await restore('a');
    expect(members).to.have.length(3);
    expect(members[2]).to.include({ nodeId: 2, clusterId: 'paxkv', nodeCount: 3 });
    expect(backup.totals.sessions).to.equal(1);
    expect((await restore('b', 'other', 1)).members).to.deep.equal([
      { nodeId: 0, clusterId: 'other', nodeCount: 1, path: join(folder, 'b', '0') },
    ]);
  });
});
