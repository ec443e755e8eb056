import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isLog, numberOf } from '@paxkv/kvserver/internal/storage/leveldb/leveldb-log';
import { readVersion } from '@paxkv/kvserver/internal/storage/leveldb/manifest';
import { findMissingWrites, follow } from '@paxkv/kvserver/internal/storage/leveldb/write-sequence';
import { expect } from 'chai';
import { Level } from 'level';
import { Scratch } from '../scratch.ts';

describe('Sequence of writes', () => {
  const scratch = new Scratch();

  afterEach(() => scratch.clear());

  const missingIn = async (directory: string, logs: readonly string[], lastSequence?: number) => {
    const version = await readVersion(directory);
    if (version === undefined) throw new Error('no version');
    const last = lastSequence ?? version.lastSequence;
    return findMissingWrites(directory, logs, { ...version, lastSequence: last });
  };

  it('misses nothing at any moment of a database that is being filled', async () => {
    const source = join(await scratch.directory(), 'rows');
    const level = new Level<string, string>(source, { writeBufferSize: 64 * 1024 });
    await level.open();
    let logCountMax = 0;
    for (let round = 0; round < 60; round += 1) {
      for (let key = 0; key < 20; key += 1) {
        const value = String(Math.random()).repeat(30);
        await level.batch([
          { type: 'put', key: `key ${(key * 31) % 97}`, value },
          { type: 'del', key: `key ${key}` },
        ]);
      }
      const copy = await scratch.directory();
      // What is copied first must not be newer than what is copied later, as after a crash.
      for (const kind of [/^(CURRENT|MANIFEST)/, /\.log$/]) {
        await cp(source, copy, {
          recursive: true,
          filter: (name) => name === source || kind.test(name.slice(source.length + 1)),
        }).catch(() => {});
      }
      const logs = (await readdir(copy)).filter(isLog);
      logCountMax = Math.max(logCountMax, logs.length);
      const version = await readVersion(copy);
      // A log may have been deleted while the copy was made.
      if (version === undefined || !logs.some((log) => numberOf(log) === version.logNumber))
        continue;
      expect(await missingIn(copy, logs), `round ${round}`).to.equal(undefined);
    }
    await level.close();
    expect(logCountMax).to.be.above(0);
  });

  it('misses writes where the tables end before the log begins', async () => {
    const directory = join(await scratch.directory(), 'rows');
    for (let run = 0; run < 2; run += 1) {
      const level = new Level<string, string>(directory);
      for (let key = 0; key < 10; key += 1) await level.put(`${key}`, 'v');
      await level.close();
    }
    const logs = (await readdir(directory)).filter(isLog);
    expect(await missingIn(directory, logs)).to.equal(undefined);
    expect(await missingIn(directory, logs, 12)).to.equal(undefined);
    expect(await missingIn(directory, logs, 9)).to.include({ sequence: 10 });
    await rm(join(directory, 'LOCK'));
  });

  it('misses writes where a write of a log is missing', async () => {
    const directory = join(await scratch.directory(), 'rows');
    const level = new Level<string, string>(directory);
    const ends: number[] = [];
    await level.open();
    const [name = ''] = (await readdir(directory)).filter(isLog);
    for (let key = 0; key < 3; key += 1) {
      await level.put(`${key}`, 'v');
      ends.push((await readFile(join(directory, name))).length);
    }
    const log = await readFile(join(directory, name));
    await level.close();
    const without = Buffer.concat([log.subarray(0, ends[0]), log.subarray(ends[1])]);
    const start = { sequence: 1, isExact: false };
    expect(follow(start, log)).to.deep.equal({ sequence: 4, isExact: true });
    expect(follow(start, without)).to.deep.equal({ missing: 2 });
    expect(follow({ sequence: 0, isExact: false }, log)).to.deep.equal({ missing: 0 });
    expect(follow({ sequence: 2, isExact: true }, log)).to.deep.equal({ missing: 2 });
  });
});
