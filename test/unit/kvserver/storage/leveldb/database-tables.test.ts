import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@paxkv/kvserver/internal/storage/leveldb/database';
import { readVersion } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
import { isTable } from '@paxkv/kvserver/internal/storage/leveldb/sorted-table';
import { expect } from 'chai';
import { refusalOf, Scratch } from '../scratch.ts';

const [first, none] = [Buffer.of(), Buffer.of(0xff)];

/** LevelDB reads a table only when a row of it is requested, and then only that row's block. */
describe('Database with tables', () => {
  const scratch = new Scratch();
  let directory: string;
  let table: string;

  const opening = async (verifyFrom: Buffer) =>
    (await openDatabase({ directory, isNew: false, verifyFrom })).database;

  beforeEach(async () => {
    directory = join(await scratch.directory(), 'rows');
    for (const isNew of [true, false]) {
      const { database } = await openDatabase({ directory, isNew, verifyFrom: none });
      for (let key = 0; key < 200; key += 1) {
        await database.put(Buffer.from(`key ${key}`), Buffer.from(`value ${key * key}`));
      }
      await database.close();
    }
    const [name = 'none'] = (await readdir(directory)).filter(isTable);
    table = join(directory, name);
  });
  afterEach(() => scratch.clear());

  async function flipBit(path: string): Promise<void> {
    const bytes = await readFile(path);
    await writeFile(path, bytes.with(100, (bytes[100] ?? 0) ^ 1));
  }

  it('refuses a damaged table before any read if it is to be verified at once', async () => {
    await flipBit(table);
    for (const verifyFrom of [first, Buffer.from('key 99')]) {
      const refusal = await refusalOf(opening(verifyFrom));
      expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
      expect(refusal.message).to.include('table').and.to.include('is damaged');
    }
  });

  it('verifies other tables before a row is read from them', async () => {
    await flipBit(table);
    const { database, tables } = await openDatabase({ directory, isNew: false, verifyFrom: none });
    expect(tables.expectIntact([Buffer.from('a'), Buffer.from('z')])).to.equal(undefined);
    const refusal = await tables.expectIntact([Buffer.from('key 5')])?.catch((error) => error);
    expect(refusal).to.include({ code: 'DISK_STATE_DAMAGED' });
    expect(await tables.verifyNext().catch((error) => error)).to.include({
      code: 'DISK_STATE_DAMAGED',
    });
    await database.close();
  });

  it('verifies other tables before a range is read from them or ends at them', async () => {
    await flipBit(table);
    const { database, tables } = await openDatabase({ directory, isNew: false, verifyFrom: none });
    for (const [gte, lt] of [
      ['key 1', 'key 2'],
      ['a', 'b'],
      ['z', 'zz'],
    ] as const) {
      const range = { gte: Buffer.from(gte), lt: Buffer.from(lt) };
      const refusal = await tables.expectIntactWithin(range)?.catch((error) => error);
      expect(refusal, gte).to.include({ code: 'DISK_STATE_DAMAGED' });
    }
    await database.close();
  });

  it('refuses a table that is missing or shorter, unread', async () => {
    await truncate(table, 500);
    expect((await refusalOf(opening(none))).message).to.include('has 500 bytes');
    await rm(table);
    expect((await refusalOf(opening(none))).message).to.include('is missing');
  });

  it('refuses an older list of tables, whose later writes are in no log any more', async () => {
    const current = (await readFile(join(directory, 'CURRENT'), 'utf8')).trimEnd();
    const older = await readFile(join(directory, current));
    await (await opening(none)).close();
    await (await opening(none)).put(Buffer.from('k'), Buffer.from('v'));
    const version = await readVersion(directory);
    expect(version?.lastSequence).to.equal(400);
    const now = (await readFile(join(directory, 'CURRENT'), 'utf8')).trimEnd();
    await writeFile(join(directory, now), older);
    expect((await refusalOf(opening(none))).code).to.equal('DISK_STATE_DAMAGED');
  });
});
