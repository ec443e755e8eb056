import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maskedCrc } from '@paxkv/kvserver/internal/storage/leveldb/leveldb-log';
import { readVersion, versionIn } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
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

  /** Each opening moves the content of the log into a new table and lists it. From the fourth on, tables are merged. */
  async function openAndWrite(times: number): Promise<void> {
    directory = join(await scratch.directory(), 'rows');
    for (let round = 0; round < times; round += 1) {
      const level = new Level<string, string>(directory);
      await level.open();
      await level.put(`key ${round}`, 'x'.repeat(5000));
      await level.close();
    }
  }

  beforeEach(() => openAndWrite(7));
  afterEach(() => scratch.clear());

  it('lists the tables in use', async () => {
    expect(await tables()).to.have.length.above(1);
    const version = await readVersion(directory);
    expect([...(version?.tables.keys() ?? [])]).to.have.members(await tables());
    for (const { number, size, smallest, largest } of version?.tables.values() ?? []) {
      const name = `${String(number).padStart(6, '0')}.ldb`;
      expect((await stat(join(directory, name))).size).to.equal(size);
      expect(`${smallest}`).to.match(/^key \d$/);
      expect(Buffer.compare(smallest, largest)).to.be.at.most(0);
    }
  });

  it('names the log in use and the last write in the tables', async () => {
    // A merge that ends after a write names that write, though it is in no table yet.
    await openAndWrite(3);
    const version = await readVersion(directory);
    const logs = (await readdir(directory)).filter((name) => name.endsWith('.log'));
    expect(logs.map((name) => Number.parseInt(name, 10))).to.deep.equal([version?.logNumber]);
    expect(version?.lastSequence).to.equal(2);
  });

  it('does not list a deleted table', () => {
    const manifest = Buffer.concat([toLog(newTable(5)), toLog(newTable(6)), toLog([6, 0, 5])]);
    expect(numbersIn(manifest)).to.deep.equal([6]);
  });

  it('is read up to a torn end', () => {
    const edits = [toLog(newTable(5)), toLog(newTable(6))];
    const [first = Buffer.of()] = edits;
    const manifest = Buffer.concat(edits);
    for (let end = first.length; end < manifest.length; end += 1) {
      expect(numbersIn(manifest.subarray(0, end)), `cut at ${end}`).to.deep.equal([5]);
    }
    expect(numbersIn(manifest)).to.deep.equal([5, 6]);
  });

  it('is refused with an edit that cannot be decoded', () => {
    expect(() => versionIn(toLog([8, 1]))).to.throw(RangeError, 'unknown tag 8');
    expect(() => versionIn(toLog([7, 0]))).to.throw(RangeError);
  });

  it('is refused with damage before another edit', () => {
    const manifest = Buffer.concat([5, 6, 7].map((number) => toLog(newTable(number))));
    for (let at = 0; at < manifest.length / 3; at += 1) {
      const damaged = Buffer.from(manifest);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => versionIn(damaged), `byte ${at}`).to.throw(RangeError, 'damaged');
    }
  });

  it('is refused if it is missing, and absent without CURRENT', async () => {
    for (const name of ['MANIFEST-999999\n', '']) {
      await writeFile(join(directory, 'CURRENT'), name);
      const refusal = await readVersion(directory).catch((error: unknown) => error);
      expect(refusal).to.be.instanceOf(RangeError);
    }
    await rm(join(directory, 'CURRENT'));
    expect(await readVersion(directory)).to.equal(undefined);
  });
});

function numbersIn(manifest: Buffer): number[] {
  return [...versionIn(manifest).tables.keys()];
}

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
