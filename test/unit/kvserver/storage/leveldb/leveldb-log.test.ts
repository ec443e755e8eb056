import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findLogDamage, scanLog } from '@paxkv/kvserver/internal/storage/leveldb/leveldb-log';
import { expect } from 'chai';
import { Level } from 'level';
import { Scratch } from '../scratch.ts';

describe('Write-ahead log', () => {
  const scratch = new Scratch();
  let log: Buffer;

  before(async () => {
    const directory = await scratch.directory();
    const database = new Level(directory);
    // Sizes that end near the end of a block, and records that span several blocks.
    for (let row = 0; row < 400; row++) await database.put(`key ${row}`, 'x'.repeat(row * 7));
    await database.put('long', 'y'.repeat(100_000));
    await database.put('last', 'z');
    log = await readFile(join(directory, '000003.log'));
    await database.close();
  });
  after(() => scratch.clear());

  it('accepts an intact log', () => {
    const { writeCount, badOffset } = scanLog(log);
    expect(writeCount).to.equal(402);
    expect(badOffset).to.equal(undefined);
  });

  it('detects every flipped bit before an intact write', () => {
    for (let bit = 0; bit < (log.length - 40) * 8; bit += 10_007) {
      const damaged = Buffer.from(log);
      damaged.writeUInt8(damaged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(scanLog(damaged).hasGap, `bit ${bit}`).to.equal(true);
    }
  });

  it('treats a truncated end as a torn write', () => {
    for (let length = 0; length < log.length; length += 997) {
      expect(scanLog(log.subarray(0, length)).hasGap, `${length} bytes`).to.equal(false);
    }
  });

  it('treats a last write without its first page as torn', () => {
    // The long write; the one after it is cut off.
    const end = log.length - 40;
    const start = end - 90_000;
    const torn = Buffer.from(log.subarray(0, end)).fill(0, start, start + 4096);
    expect(scanLog(torn)).to.include({ hasGap: false, writeCount: 400 });
  });

  it('allows a torn end only in the last non-empty log', async () => {
    const directory = await scratch.directory();
    await writeFile(join(directory, '000005.log'), log.subarray(0, -3));
    await writeFile(join(directory, '000010.log'), '');
    expect(await findLogDamage(directory, ['000010.log', '000005.log'])).to.equal(undefined);
    await writeFile(join(directory, '000010.log'), log);
    const damage = await findLogDamage(directory, ['000010.log', '000005.log']);
    expect(damage?.file).to.equal('000005.log');
  });
});
