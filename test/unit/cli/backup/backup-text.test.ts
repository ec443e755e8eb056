import { readBackup } from '@paxkv/kvserver';
import { expect } from 'chai';
import { toBackupJson, toBackupText } from 'paxkv/internal/backup/backup-text';
import { backupOf, inPieces, origin, smallState } from '../../kvserver/backup/backups.ts';

describe('What is said about a backup', () => {
  it('names its position, its content and its checksum', async () => {
    const backup = await readBackup(inPieces(await backupOf((await smallState()).level)));
    expect(toBackupText(backup).split('\n')).to.deep.equal([
      `cluster paxkv at revision 5 (instance 2), begun at ${origin.takenAt}`,
      `2 entries, 1 sessions, 0.0 MiB, checksum ${backup.checksum}`,
    ]);
    const { bytes, checksum, totals } = backup;
    expect(toBackupJson(backup)).to.deep.include({ ...origin, bytes, checksum, totals, rows: 3 });
  });
});
