import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { BackupProgress } from 'paxkv/internal/backup/backup-progress';
import { readBackupFile } from 'paxkv/internal/backup/read-backup-file';
import { backupOf, largerState } from '../../kvserver/backup/backups.ts';

describe('A backup in a file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-read-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is read to its end, row by row', async () => {
    const path = join(folder, 'backup');
    const backup = await backupOf((await largerState()).level);
    await writeFile(path, backup);
    let rowCount = 0;
    const { bytes, totals } = await readBackupFile(path, new BackupProgress(() => {}), {
      onRows: (rows) => {
        rowCount += rows.length;
      },
    });
    expect(bytes).to.equal(backup.length);
    expect(rowCount).to.equal(totals.rows);
  });

  it('that is a folder, absent or no backup is refused with a code', async () => {
    await writeFile(join(folder, 'text'), 'some text');
    const codes = { '': 'CLI_FILE', absent: 'CLI_FILE', text: 'BACKUP_UNKNOWN_FORMAT' };
    for (const [name, code] of Object.entries(codes)) {
      const reading = readBackupFile(join(folder, name), new BackupProgress(() => {}));
      expect(await reading.catch((thrown: unknown) => thrown)).to.include({ code });
    }
  });
});
