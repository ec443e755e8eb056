import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DatabaseOptions,
  openDatabase,
} from '@paxkv/kvserver/internal/storage/leveldb/database';
import { expect } from 'chai';
import { contentOf, refusalOf, Scratch } from '../scratch.ts';

describe('Database', () => {
  const scratch = new Scratch();
  let options: DatabaseOptions;

  beforeEach(async () => {
    const directory = join(await scratch.directory(), 'rows');
    options = { directory, isNew: true, verifyFrom: Buffer.of() };
    const { database } = await openDatabase(options);
    await database.put(Buffer.of(1), Buffer.of(2));
    await database.close();
  });
  afterEach(() => scratch.clear());

  const opening = async (each: DatabaseOptions) => (await openDatabase(each)).database;

  it('opens an existing database, also when it may be new', async () => {
    for (const isNew of [true, false]) {
      const { database } = await openDatabase({ ...options, isNew });
      expect(await database.get(Buffer.of(1))).to.deep.equal(Buffer.of(2));
      await database.close();
    }
  });

  it('creates no new database where one was, and modifies nothing', async () => {
    await rm(join(options.directory, 'CURRENT'));
    const before = await contentOf(options.directory);
    const refusal = await refusalOf(opening({ ...options, isNew: false }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
    expect(await contentOf(options.directory)).to.deep.equal(before);
  });

  it('refuses a database without a log, which LevelDB would accept', async () => {
    for (const name of await readdir(options.directory)) {
      if (name.endsWith('.log')) await rm(join(options.directory, name));
    }
    const before = await contentOf(options.directory);
    const refusal = await refusalOf(opening({ ...options, isNew: false }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
    expect(await contentOf(options.directory)).to.deep.equal(before);
  });

  it('refuses a table with a flipped bit, which LevelDB would not notice', async () => {
    // At its next opening the content of the log goes into a table.
    await (await openDatabase({ ...options, isNew: false })).database.close();
    const names = await readdir(options.directory);
    const table = join(options.directory, names.find((name) => name.endsWith('.ldb')) ?? '');
    const whole = await readFile(table);
    await writeFile(table, whole.with(3, (whole[3] ?? 0) ^ 1));
    const before = await contentOf(options.directory);
    const refusal = await refusalOf(opening({ ...options, isNew: false }));
    expect(refusal.code).to.equal('DISK_STATE_DAMAGED');
    expect(refusal.message).to.include(table);
    expect(await contentOf(options.directory)).to.deep.equal(before);
  });

  it('opens beside a table that was half written when the process ended', async () => {
    await writeFile(join(options.directory, '000999.ldb'), 'half');
    const { database } = await openDatabase({ ...options, isNew: false });
    expect(await database.get(Buffer.of(1))).to.deep.equal(Buffer.of(2));
    await database.close();
  });

  it('reports a path that cannot be a directory as unusable', async () => {
    const directory = join(await scratch.directory(), 'file');
    await writeFile(directory, '');
    const refusal = await refusalOf(opening({ ...options, directory }));
    expect(refusal.code).to.equal('DISK_UNUSABLE');
  });
});
