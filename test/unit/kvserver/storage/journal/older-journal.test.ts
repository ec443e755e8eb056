import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expectNoOlderJournal } from '@paxkv/kvserver/internal/storage/journal/older-journal';
import { expect } from 'chai';
import { refusalOf, Scratch } from '../scratch.ts';

describe('Journal of an older version', () => {
  const scratch = new Scratch();
  afterEach(() => scratch.clear());

  it('is refused by any file of LevelDB, with advice, and nothing is modified', async () => {
    for (const name of ['CURRENT', 'MANIFEST-000002', '000005.ldb', '000003.log']) {
      const directory = await scratch.directory();
      await writeFile(join(directory, name), '');
      const refusal = await refusalOf(expectNoOlderJournal(directory));
      expect(refusal.code).to.equal('DISK_OLDER_FORMAT');
      expect(refusal.message).to.include(`${directory} holds ${name}`).and.to.include('Migrate');
      expect(await readdir(directory)).to.deep.equal([name]);
    }
  });

  it('is none that is absent, empty or of today', async () => {
    const directory = await scratch.directory();
    await expectNoOlderJournal(join(directory, 'absent'));
    await expectNoOlderJournal(directory);
    await mkdir(join(directory, 'lock'));
    for (const name of ['0000000000000001.wal', 'next.wal.new', 'CURRENT.bak', 'x000005.ldb']) {
      await writeFile(join(directory, name), '');
    }
    await expectNoOlderJournal(directory);
  });

  it('is not taken for absent where the directory cannot be read', async () => {
    const file = join(await scratch.directory(), 'file');
    await writeFile(file, '');
    expect(await expectNoOlderJournal(file).catch(String)).to.include('ENOTDIR');
  });
});
