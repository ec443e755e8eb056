import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readVersion } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
import { TableAudit } from '@paxkv/kvserver/internal/storage/leveldb/table-audit';
import { expect } from 'chai';
import { Level } from 'level';
import { Scratch } from '../scratch.ts';
import { compact } from './compact.ts';

const keyCount = 4000;
const keyOf = (index: number) => `key ${String(index).padStart(5, '0')}`;

describe('Audit of tables', () => {
  const scratch = new Scratch();
  let directory: string;
  let tables: {
    number: number;
    level: number;
    size: number;
    smallest: Buffer;
    largest: Buffer;
    file: string;
  }[];

  /** Tables of 64 KiB without overlap, and one of level 0 over all of them. */
  beforeEach(async () => {
    directory = join(await scratch.directory(), 'rows');
    const size = 64 * 1024;
    const options = { maxFileSize: size, writeBufferSize: size, compression: false } as const;
    const level = new Level<string, string>(directory, options);
    for (let key = 0; key < keyCount; key += 1) await level.put(keyOf(key), 'x'.repeat(100));
    await compact(level, '', 'l');
    await level.batch([
      { type: 'put', key: keyOf(0), value: 'new' },
      { type: 'put', key: keyOf(keyCount - 1), value: 'new' },
    ]);
    await level.close();
    const again = new Level<string, string>(directory, options);
    await again.open();
    await again.close();
    const version = await readVersion(directory);
    tables = Array.from(version?.tables.values() ?? [], (table) => ({
      ...table,
      file: `${String(table.number).padStart(6, '0')}.ldb`,
    }));
    expect(tables).to.have.length.above(4);
  });
  afterEach(() => scratch.clear());

  const begin = () => TableAudit.begin(directory, tables);
  const keys = (...indexes: number[]) => indexes.map((index) => Buffer.from(keyOf(index)));
  const codeOf = async (action: Promise<unknown> | undefined): Promise<unknown> =>
    action?.then(
      () => undefined,
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );

  async function damage(file: string): Promise<void> {
    const path = join(directory, file);
    const bytes = await readFile(path);
    await writeFile(path, bytes.with(20, (bytes[20] ?? 0) ^ 1));
  }

  /** A table that holds `key` and begins after all of level 0 ... */
  const holding = (key: Buffer) =>
    tables.filter(
      ({ smallest, largest }) =>
        Buffer.compare(smallest, key) <= 0 && Buffer.compare(key, largest) <= 0,
    );

  it('verifies the tables that may hold a key, once', async () => {
    const audit = await begin();
    const [key = Buffer.of()] = keys(keyCount / 2);
    const count = holding(key).length;
    expect(count).to.be.within(1, tables.length - 2);
    await audit.expectIntact([key]);
    expect(audit.unreadCount).to.equal(tables.length - count);
    expect(audit.expectIntact([key])).to.equal(undefined);
    expect(audit.expectIntact([Buffer.from('a'), Buffer.from('z')])).to.equal(undefined);
  });

  it('finds damage for every key that the table may hold, and for no other', async () => {
    const middle = tables
      .filter(({ level }) => level > 0)
      .toSorted((a, b) => Buffer.compare(a.smallest, b.smallest))[2];
    if (middle === undefined) throw new Error('too few tables');
    await damage(middle.file);
    const audit = await begin();
    let foundCount = 0;
    for (let index = 0; index < keyCount; index += 7) {
      const [key = Buffer.of()] = keys(index);
      const isHeld = holding(key).includes(middle);
      foundCount += isHeld ? 1 : 0;
      expect(await codeOf(audit.expectIntact([key])), `${key}`).to.equal(
        isHeld ? 'DISK_STATE_DAMAGED' : undefined,
      );
    }
    expect(foundCount).to.be.above(10);
  });

  it('verifies all tables from a key on', async () => {
    const audit = await begin();
    const [key = Buffer.of()] = keys(keyCount - 1);
    await audit.expectIntactFrom(key);
    expect(audit.unreadCount).to.equal(tables.length - holding(key).length);
    await audit.expectIntactFrom(Buffer.of());
    expect(audit.unreadCount).to.equal(0);
  });

  it('goes through all tables, and then has no files of its own', async () => {
    const audit = await begin();
    expect(await readdir(join(directory, 'unread'))).to.have.length(tables.length + 1);
    let bytes = 0;
    for (let size = await audit.verifyNext(); size !== undefined; size = await audit.verifyNext())
      bytes += size;
    expect(bytes).to.equal(tables.reduce((sum, { size }) => sum + size, 0));
    expect(existsSync(join(directory, 'unread'))).to.equal(false);
  });

  it('still verifies a table that LevelDB has deleted', async () => {
    for (const { file } of tables) await damage(file);
    const audit = await begin();
    for (const { file } of tables) await rm(join(directory, file));
    expect(await codeOf(audit.expectIntact(keys(7)))).to.equal('DISK_STATE_DAMAGED');
    expect(await codeOf(audit.verifyNext())).to.equal('DISK_STATE_DAMAGED');
  });

  it('tries again to verify a table that could not be read', async () => {
    const audit = await begin();
    const names = await readdir(join(directory, 'unread'));
    const path = join(directory, 'unread');
    await rename(path, `${path}.away`);
    expect(await codeOf(audit.expectIntact(keys(7)))).to.equal('ENOENT');
    await rename(`${path}.away`, path);
    expect(await codeOf(audit.expectIntact(keys(7)))).to.equal(undefined);
    expect(audit.unreadCount).to.be.below(names.length);
  });

  it('verifies everything at once after three starts that did not get that far', async () => {
    for (const { file } of tables) await damage(file);
    for (let start = 0; start < 3; start += 1) expect((await begin()).unreadCount).to.be.above(0);
    expect(await codeOf(begin())).to.equal('DISK_STATE_DAMAGED');
  });

  it('does not count starts that ended in good order', async () => {
    for (let start = 0; start < 5; start += 1) {
      const audit = await begin();
      expect(audit.unreadCount).to.equal(tables.length);
      await audit.end();
    }
  });

  for (const ending of ['was killed', 'was closed'] as const) {
    it(`verifies what LevelDB merged unread in a run that ${ending}`, async () => {
      for (const { file } of tables) await damage(file);
      const audit = await begin();
      if (ending === 'was closed') await audit.end();
      tables = [];
      expect(await codeOf(begin())).to.equal('DISK_STATE_DAMAGED');
    });
  }

  it('does not verify again what was verified before it was merged', async () => {
    const audit = await begin();
    await audit.verifyNext();
    expect(audit.unreadCount).to.equal(tables.length - 1);
    expect(await readdir(join(directory, 'unread'))).to.have.length(tables.length);
  });

  it('takes a folder that a crash left incomplete for no start', async () => {
    await mkdir(join(directory, 'unread'));
    expect((await begin()).unreadCount).to.equal(tables.length);
  });

  it('has nothing to do for a new database', async () => {
    const audit = await TableAudit.begin(directory, []);
    expect(audit.unreadCount).to.equal(0);
    expect(await audit.verifyNext()).to.equal(undefined);
  });
});
