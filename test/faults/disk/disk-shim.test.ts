/** Tests what a process sees behind a disk shim, and what a power cut leaves of its files. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '@paxkv/simulator';
import { expect } from 'chai';
import { DiskShim, toFlushed } from './disk-shim.ts';
import { cutPower } from './power-cut.ts';
import { compileShim, Missing } from './shim-library.ts';

/** Writes `flushed`, flushes, and writes `not flushed` after it. */
const writer = `
  const { closeSync, fsyncSync, openSync, writeSync } = require('node:fs');
  const file = openSync(process.argv[1], 'a');
  writeSync(file, 'flushed');
  fsyncSync(file);
  writeSync(file, 'not flushed');
  closeSync(file);
`;

describe('a disk shim', () => {
  let directory: string;
  let shim: DiskShim;
  let file: string;

  const write = (path: string): Promise<{ error: string; signal: string | undefined }> =>
    new Promise((resolve) => {
      const env = { ...process.env, ...shim.environment };
      execFile(process.execPath, ['-e', writer, path], { env }, (error, _, stderr) =>
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

  it('follows a file that is renamed', () => {
    const log = 'flushed\t5\t/a.new\nflushed\t-1\t/\nrenamed\t/a.new\t/a\nflushed\t9\t/b\n';
    expect([...toFlushed(log)]).to.deep.equal([
      ['/a', 5],
      ['/b', 9],
    ]);
  });

  it('loses all of a file that was never flushed, or keeps a part', async () => {
    const root = join(directory, 'root');
    await writeFile(file, 'x'.repeat(100));
    const { lostBytes } = await cutPower(root, new Map(), new SeededRandom(3));
    expect((await readFile(file)).length).to.equal(100 - lostBytes);
  });
});
