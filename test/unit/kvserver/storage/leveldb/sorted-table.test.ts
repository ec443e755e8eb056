import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  damageIn,
  findTableDamage,
  isTable,
} from '@paxkv/kvserver/internal/storage/leveldb/sorted-table';
import { expect } from 'chai';
import { Level } from 'level';
import { Scratch } from '../scratch.ts';

describe('Table of LevelDB', () => {
  const scratch = new Scratch();
  const tables: Buffer[] = [];
  let directory: string;

  before(async () => {
    directory = await scratch.directory();
    for (const compression of [true, false]) {
      // At its second opening a database moves the content of its log into a table.
      for (let run = 0; run < 2; run += 1) {
        const level = new Level(directory, { compression });
        for (let key = 0; key < 400; key += 1) {
          await level.put(`key ${run} ${key}`, `${key * key} `.repeat(20));
        }
        await level.close();
      }
    }
    for (const name of (await readdir(directory)).filter(isTable)) {
      tables.push(await readFile(join(directory, name)));
    }
  });
  after(() => scratch.clear());

  it('is accepted if it is intact', async () => {
    expect(tables).to.have.length.above(1);
    for (const name of (await readdir(directory)).filter(isTable)) {
      expect(await findTableDamage(join(directory, name)), name).to.equal(undefined);
    }
  });

  it('is damaged by any flipped bit, except in the padding at its end', () => {
    for (const table of tables) {
      const missed: number[] = [];
      for (let bit = 0; bit < table.length * 8; bit += 509) {
        const damaged = Buffer.from(table);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        if (damageIn(damaged) === undefined) missed.push(bit >> 3);
      }
      const filling = missed.filter((byte) => byte >= table.length - 48 && table[byte] === 0);
      expect(missed).to.deep.equal(filling);
    }
  });

  it('is damaged if it is truncated or partly zeroed', () => {
    for (const table of tables) {
      for (let bytes = 0; bytes < table.length; bytes += 97) {
        expect(damageIn(table.subarray(0, bytes)), `${bytes}`).to.be.a('string');
      }
      for (let start = 0; start + 64 < table.length; start += 211) {
        const damaged = Buffer.from(table).fill(0, start, start + 64);
        expect(damageIn(damaged), `${start}`).to.be.a('string');
      }
    }
  });

  it('recognizes its files by their names', () => {
    expect(['000005.ldb', '12.sst'].every(isTable)).to.equal(true);
    expect(['000005.log', 'CURRENT', 'x.ldb', '5.ldb.old'].some(isTable)).to.equal(false);
  });
});
