import { expect } from 'chai';
import { BackupProgress } from 'paxkv/internal/backup/backup-progress';

describe('BackupProgress', () => {
  it('says nothing of what ends soon, and speaks less and less often', () => {
    let now = 0;
    const notes: string[] = [];
    const progress = new BackupProgress(
      (line) => notes.push(`${now}: ${line}`),
      () => now,
    );
    progress.begin(1000);
    for (; now < 100_000; now += 1000) {
      progress.addBytes(1024 * 1024);
      progress.addRows(10);
    }
    expect(notes[0]).to.equal('2000: 3 % of 1000 rows, 3.0 MiB');
    expect(notes.map((line) => line.split(':')[0])).to.deep.equal([
      '2000',
      '6000',
      '14000',
      '30000',
      '62000',
    ]);
  });

  it('begins anew with each try', () => {
    let now = 0;
    const notes: string[] = [];
    const progress = new BackupProgress(
      (line) => notes.push(line),
      () => now,
    );
    progress.begin(10);
    progress.addRows(9);
    progress.begin(100);
    now = 2000;
    progress.addRows(1);
    expect(notes).to.deep.equal(['1 % of 100 rows, 0.0 MiB']);
  });
});
