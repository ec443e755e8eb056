import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskedCrc } from '@paxkv/kvserver/internal/storage/leveldb/leveldb-log';
import { tablesIn, tablesInUse } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
import { expect } from 'chai';
import { Level } from 'level';
import { Scratch } from '../scratch.ts';

describe('Manifest', () => {
  const scratch = new Scratch();
  let directory: string;

  const tables = async (): Promise<number[]> => {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.ldb'));
    return names.map((name) => Number.parseInt(name, 10));
  };

  /**
   * Each opening moves the content of the log into a new table and lists it; sometimes tables are merged.
   */
  beforeEach(async () => {
    directory = join(await scratch.directory(), 'rows');
    for (let round = 0; round < 7; round += 1) {
      const level = new Level<string, string>(directory);
      await level.open();
      await level.put(`key ${round}`, 'x'.repeat(5000));
      await level.close();
    }
  });
  afterEach(() => scratch.clear());

  it('lists the tables in use', async () => {
    expect(await tables()).to.have.length.above(1);
    expect([...(await tablesInUse(directory))]).to.have.members(await tables());
  });

  it('does not list a deleted table', () => {
    const manifest = Buffer.concat([toLog(newTable(5)), toLog(newTable(6)), toLog([6, 0, 5])]);
    expect([...tablesIn(manifest)]).to.deep.equal([6]);
  });

  it('is read up to a torn end', () => {
    const edits = [toLog(newTable(5)), toLog(newTable(6))];
    const [first = Buffer.of()] = edits;
    const manifest = Buffer.concat(edits);
    for (let end = first.length; end < manifest.length; end += 1) {
      expect([...tablesIn(manifest.subarray(0, end))], `cut at ${end}`).to.deep.equal([5]);
    }
    expect([...tablesIn(manifest)]).to.deep.equal([5, 6]);
  });

  it('returns nothing after an invalid edit', () => {
    expect(() => tablesIn(toLog([8, 1]))).to.throw(RangeError, 'unknown tag 8');
    expect(() => tablesIn(toLog([7, 0]))).to.throw(RangeError);
  });

  it('lists nothing if it is missing or invalid', async () => {
    await writeFile(join(directory, 'CURRENT'), 'MANIFEST-999999\n');
    expect([...(await tablesInUse(directory))]).to.deep.equal([]);
    await rm(join(directory, 'CURRENT'));
    expect([...(await tablesInUse(directory))]).to.deep.equal([]);
  });
});

/** The edit that adds a table: level, number, size, and two keys of one byte. */
function newTable(number: number): number[] {
  return [7, 0, number, 100, 1, 97, 1, 98];
}

/** One complete write in the format of LevelDB's logs. */
function toLog(bytes: readonly number[]): Buffer {
  const checked = Buffer.from([1, ...bytes]);
  const header = Buffer.alloc(6);
  header.writeUInt32LE(maskedCrc(checked));
  header.writeUInt16LE(bytes.length, 4);
  return Buffer.concat([header, checked]);
}
