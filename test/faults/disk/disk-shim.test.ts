/** Tests what a process sees behind a disk shim, and what a power cut leaves of its files. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { DiskShim } from './disk-shim.ts';
import { cutPower } from './power-cut.ts';
import { compileShim, Missing } from './shim-library.ts';
import { parseShimLog } from './shim-log.ts';

/** Writes `flushed`, flushes, and writes `not flushed` after it. */
const writer = `
  const { closeSync, fsyncSync, openSync, writeSync } = require('node:fs');
  const file = openSync(process.argv[1], 'a');
  writeSync(file, 'flushed');
  fsyncSync(file);
  writeSync(file, 'not flushed');
  closeSync(file);
`;

/**
 * Fills a file of 4,096 bytes with `0` and flushes it; then writes 512 times `1`, `2` and `3` into it, each
 * flushed by its write, from the second, fourth and sixth sector on.
 */
const inPlaceWriter = `
  const { closeSync, constants, fsyncSync, openSync, writeSync, writevSync } = require('node:fs');
  const path = process.argv[1];
  const whole = openSync(path, 'w');
  writeSync(whole, '0'.repeat(4096));
  fsyncSync(whole);
  closeSync(whole);
  const file = openSync(path, constants.O_RDWR | constants.O_DSYNC);
  for (const digit of [1, 2, 3]) {
    const half = Buffer.from(String(digit).repeat(256));
    writevSync(file, [half, half], digit * 1024 - 512);
  }
`;

/** The same, but the file loses its ending when it is open. */
const renamingWriter = inPlaceWriter.replace(
  'for (',
  `require('node:fs').renameSync(path, path.slice(0, -'.before'.length));
  for (`,
);

describe('a disk shim', () => {
  let directory: string;
  let shim: DiskShim;
  let file: string;

  const write = (
    path: string,
    program = writer,
  ): Promise<{ error: string; signal: string | undefined }> =>
    new Promise((resolve) => {
      const env = { ...process.env, ...shim.environment };
      execFile(process.execPath, ['-e', program, path], { env }, (error, _, stderr) =>
        resolve({ error: stderr, signal: error?.signal }),
      );
    });

  before(async function () {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-shim-'));
    try {
      const library = await compileShim(directory);
      const [root, side] = [join(directory, 'root'), join(directory, 'side')];
      await Promise.all([mkdir(root), mkdir(side)]);
      shim = new DiskShim({ library, root, side });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.warn(`skipped the disk shim: ${error.message}`);
      this.skip();
    }
  });

  beforeEach(async () => {
    shim.clear();
    await rm(join(directory, 'root'), { recursive: true });
    await mkdir(join(directory, 'root'));
    file = join(directory, 'root', 'file');
  });

  after(async () => {
    shim?.close();
    await rm(directory, { recursive: true });
  });

  it('passes all calls without an arrangement', async () => {
    expect(await write(file)).to.deep.equal({ error: '', signal: undefined });
    expect(await readFile(file, 'utf8')).to.equal('flushednot flushed');
    expect(shim.hitCount).to.equal(0);
  });

  it('fails the arranged call with the arranged error, and no other', async () => {
    shim.arrange({ calls: ['sync'], error: 'EIO', times: 1 });
    expect((await write(file)).error).to.include('EIO');
    expect(shim.hitCount).to.equal(1);
    expect((await write(file)).error).to.equal('');
  });

  it('passes the first calls, and a failing write has written half', async () => {
    shim.arrange({ calls: ['write'], error: 'ENOSPC', skip: 1, times: 1 });
    expect((await write(file)).error).to.include('ENOSPC');
    expect(await readFile(file, 'utf8')).to.equal('flushednot f');
  });

  it('ends the process just before a call', async () => {
    shim.arrange({ calls: ['sync'], error: 'crash', times: 1 });
    expect((await write(file)).signal).to.equal('SIGKILL');
    expect(await readFile(file, 'utf8')).to.equal('flushed');
  });

  it('leaves files elsewhere alone', async () => {
    shim.arrange({ calls: ['open', 'write', 'sync'], error: 'EIO' });
    expect((await write(join(directory, 'elsewhere'))).error).to.equal('');
    expect(shim.hitCount).to.equal(0);
  });

  it('loses unflushed data in a power cut, all or its end, and nothing else', async () => {
    const random = new SeededRandom('power');
    const lengths = new Set<number>();
    for (let round = 0; round < 12; round += 1) {
      await rm(file, { force: true });
      await write(file);
      await shim.cutPower(random);
      const left = await readFile(file, 'utf8');
      expect(left.slice(0, 7)).to.equal('flushed');
      expect('flushednot flushed').to.include(left.replaceAll('\0', ''));
      lengths.add(left.length);
      // What a power cut has left is on disk: a second one takes nothing.
      expect(await shim.cutPower(random)).to.equal('0 bytes');
    }
    expect([...lengths], 'lengths are not random')
      .to.include(7)
      .and.have.length.above(2);
  }).timeout(20_000);

  /** The digit in each sector; `mixed` if there are several. */
  const sectors = async () => {
    const text = await readFile(file, 'latin1');
    return Array.from({ length: 8 }, (_, sector) => {
      const digits = new Set(text.slice(sector * 512, sector * 512 + 512));
      return digits.size === 1 ? [...digits].join() : 'mixed';
    }).join(' ');
  };

  it('loses to a power cut no write that flushes too', async () => {
    await write(file, inPlaceWriter);
    expect(await shim.cutPower(new SeededRandom('whole'))).to.equal('0 bytes');
    expect(await sectors()).to.equal('0 1 0 2 0 3 0 0');
  });

  it('loses to a power cut a write in place whose flush failed, and nothing beside it', async () => {
    const found = new Set<string>();
    for (const error of ['EIO', 'crash'] as const) {
      for (let round = 0; round < 6; round += 1) {
        // The first flush is that of the whole file.
        shim.arrange({ calls: ['sync'], error, skip: 2, times: 1 });
        await write(file, inPlaceWriter);
        shim.clear();
        expect(await sectors()).to.equal('0 1 0 2 0 0 0 0');
        await shim.cutPower(new SeededRandom(`${error} ${round}`));
        found.add(await sectors());
      }
    }
    expect([...found]).to.have.members(['0 1 0 0 0 0 0 0', '0 1 0 2 0 0 0 0']);
  }).timeout(20_000);

  it('loses to a power cut a write in place that was not flushed', async () => {
    const found = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      await write(file, inPlaceWriter.replace('| constants.O_DSYNC', ''));
      await shim.cutPower(new SeededRandom(`unflushed ${round}`));
      found.add(await sectors());
    }
    expect(found).to.include('0 0 0 0 0 0 0 0').and.have.property('size').above(1);
    await write(
      file,
      `${inPlaceWriter.replace('| constants.O_DSYNC', '')}
      fsyncSync(file);`,
    );
    expect(await shim.cutPower(new SeededRandom('flushed'))).to.equal('0 bytes');
  }).timeout(20_000);

  it('loses to a power cut a write in place to an open file that has another name by now', async () => {
    const found = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      shim.arrange({ calls: ['sync'], error: 'EIO', skip: 2, times: 1 });
      await write(`${file}.before`, renamingWriter);
      shim.clear();
      expect(await sectors()).to.equal('0 1 0 2 0 0 0 0');
      await shim.cutPower(new SeededRandom(`renamed ${round}`));
      found.add(await sectors());
    }
    expect([...found]).to.have.members(['0 1 0 0 0 0 0 0', '0 1 0 2 0 0 0 0']);
  }).timeout(20_000);

  it('has a write in place that fails leave its first half', async () => {
    // The first write is that of the whole file.
    shim.arrange({ calls: ['write'], error: 'EIO', skip: 2, times: 1 });
    expect((await write(file, inPlaceWriter)).error).to.include('EIO');
    const text = await readFile(file, 'latin1');
    expect(text.slice(1536, 2048)).to.equal('2'.repeat(256) + '0'.repeat(256));
  });

  it('loses all of a file that was never flushed, or keeps a part', async () => {
    const root = join(directory, 'root');
    await writeFile(file, 'x'.repeat(100));
    const { lostBytes } = await cutPower({
      root,
      log: parseShimLog(''),
      replacedBy: () => Promise.reject(new Error('nothing was replaced')),
      random: new SeededRandom(3),
    });
    expect((await readFile(file)).length).to.equal(100 - lostBytes);
  });
});
