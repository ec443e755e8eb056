import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@paxkv/kvserver/internal/storage/leveldb/database';
import { isTable } from '@paxkv/kvserver/internal/storage/leveldb/sorted-table';
import { expect } from 'chai';
import { refusalOf, Scratch } from '../scratch.ts';

/** LevelDB reads a table only when a row of it is requested, and then only that row's block. */
describe('Database with tables', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.clear());

  it('refuses a database with a damaged table before any read', async () => {
    const directory = join(await scratch.directory(), 'rows');
    const options = { directory };
    for (const isNew of [true, false]) {
      const database = await openDatabase({ ...options, isNew });
      for (let key = 0; key < 200; key += 1) {
        await database.put(Buffer.from(`key ${key}`), Buffer.from(`value ${key * key}`));
      }
      await database.close();
    }
    const [table = 'none'] = (await readdir(directory)).filter(isTable);
    const file = join(directory, table);
    const bytes = await readFile(file);
    await writeFile(file, bytes.with(100, (bytes[100] ?? 0) ^ 1));
    const refusal = await refusalOf(openDatabase({ ...options, isNew: false }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
    expect(refusal.message).to.include(table);
  });
});
