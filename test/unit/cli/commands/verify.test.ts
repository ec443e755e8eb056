import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { backupOf, origin, smallState } from '../../kvserver/backup/backups.ts';
import { runCaptured } from '../captured-streams.ts';

describe('paxkv verify', () => {
  let folder: string;
  let file: string;
  let backup: Buffer;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-verify-'));
    file = join(folder, 'backup');
    backup = await backupOf((await smallState()).level);
    await writeFile(file, backup);
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('says what an intact backup holds, also as JSON', async () => {
    const { exitCode, printed } = await runCaptured(['verify', file]);
    expect(exitCode).to.equal(0);
    expect(printed).to.match(/^intact: cluster paxkv at revision 5 \(instance 2\)/);
    expect(printed).to.match(/\n2 entries, 1 sessions, .*, checksum [0-9a-f]{64}\n$/);
    const json = JSON.parse((await runCaptured(['verify', '--json', file])).printed);
    expect(json).to.include({ ...origin, applied: 2, revision: 5, bytes: backup.length });
    expect(json.totals).to.include({ entries: 2, sessions: 1 });
  });

  it('tells a damaged backup from one that ends early, and from any other file', async () => {
    const changes = {
      BACKUP_DAMAGED: backup.with(300, (backup[300] ?? 0) ^ 1),
      BACKUP_INCOMPLETE: backup.subarray(0, -1),
      BACKUP_UNKNOWN_FORMAT: Buffer.from('just some text'),
    };
    for (const [code, bytes] of Object.entries(changes)) {
      await writeFile(file, bytes);
      const { exitCode, explained } = await runCaptured(['verify', '--json', file]);
      expect(exitCode).to.equal(1);
      expect(JSON.parse(explained).error).to.include({ code, outcome: 'not done' });
    }
  });

  it('says that a file cannot be read', async () => {
    const { exitCode, notes } = await runCaptured(['verify', join(folder, 'absent')]);
    expect(exitCode).to.equal(1);
    expect(notes[0]).to.contain('cannot read');
  });
});
