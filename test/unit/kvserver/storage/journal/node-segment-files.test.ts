import { constants } from 'node:fs';
import { readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeSegmentFiles } from '@paxkv/kvserver/internal/storage/journal/node-segment-files';
import { expect } from 'chai';
import { bytesOf, refusalOf, Scratch } from '../scratch.ts';

describe('Segment files on the file system', () => {
  const scratch = new Scratch();
  let directory: string;

  beforeEach(async () => {
    directory = join(await scratch.directory(), 'journal');
  });
  afterEach(() => scratch.clear());

  async function withFiles(use: (files: NodeSegmentFiles) => Promise<void>): Promise<void> {
    const files = await NodeSegmentFiles.open(directory);
    try {
      await use(files);
    } finally {
      await files.close();
    }
  }

  it('are made full of zeros, with all their blocks', async () => {
    await withFiles(async (files) => {
      const file = await files.create('a', 3 * 1024 * 1024 + 8);
      await file.close();
      const { size, blocks } = await stat(join(directory, 'a'));
      expect(size).to.equal(3 * 1024 * 1024 + 8);
      expect(blocks * 512).to.be.at.least(size);
      expect((await readFile(join(directory, 'a'))).every((byte) => byte === 0)).to.equal(true);
    });
  });

  it('take pieces at a position, more than one call takes', async () => {
    await withFiles(async (files) => {
      const file = await files.create('a', 64 * 1024);
      const pieces = Array.from({ length: 3000 }, (_, index) => bytesOf(`${index},`));
      const whole = Buffer.concat(pieces);
      await file.write(pieces, 100);
      const read = Buffer.alloc(whole.length);
      expect(await file.read(read, 100)).to.equal(whole.length);
      expect(read).to.deep.equal(whole);
      expect(
        (await readFile(join(directory, 'a'))).subarray(100, 100 + whole.length),
      ).to.deep.equal(whole);
      await file.close();
    });
  });

  it('are durable as soon as they are written', async function () {
    if (process.platform !== 'linux') this.skip();
    await withFiles(async (files) => {
      await (await files.create('a', 100)).close();
      const file = await files.open('a');
      expect(await flagsOf(join(directory, 'a'))).to.satisfy(
        (flags: number) => (flags & constants.O_DSYNC) !== 0,
      );
      await file.close();
    });
  });

  it('are read up to their end', async () => {
    await withFiles(async (files) => {
      const file = await files.create('a', 100);
      expect(await file.read(Buffer.alloc(80), 60)).to.equal(40);
      expect(await file.read(Buffer.alloc(80), 100)).to.equal(0);
      await file.close();
    });
  });

  it('stay open under a new name, and are listed and removed by it', async () => {
    await withFiles(async (files) => {
      const file = await files.create('a', 100);
      await files.rename('a', 'b');
      await file.write([bytesOf('kept')], 0);
      await files.syncNames();
      await file.close();
      expect(await files.list()).to.have.members(['b', 'lock']);
      expect((await readFile(join(directory, 'b'))).toString('latin1', 0, 4)).to.equal('kept');
      await files.remove('b');
      expect(await files.list()).to.deep.equal(['lock']);
    });
  });

  it('belong to one at a time', async () => {
    await withFiles(async () => {
      const refusal = await refusalOf(NodeSegmentFiles.open(directory));
      expect(refusal.code).to.equal('DISK_IN_USE');
      expect(refusal.message).to.include(directory);
    });
    await withFiles(async () => {});
  });

  it('are opened though their lock is damaged', async () => {
    await withFiles(async () => {});
    await writeFile(join(directory, 'lock', 'CURRENT'), 'nonsense');
    await withFiles(async (files) => {
      expect(await files.list()).to.deep.equal(['lock']);
    });
  });
});

/** How this process has opened a file, as Linux tells. */
async function flagsOf(path: string): Promise<number> {
  for (const descriptor of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${descriptor}`).catch(() => '');
    if (target !== path) continue;
    const text = await readFile(`/proc/self/fdinfo/${descriptor}`, 'utf8');
    return Number.parseInt(/flags:\s*(\d+)/.exec(text)?.[1] ?? '0', 8);
  }
  throw new Error(`${path} is not open`);
}
