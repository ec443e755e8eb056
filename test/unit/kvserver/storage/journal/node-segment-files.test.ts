import { constants } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toDiskError } from '@paxkv/kvserver/internal/storage/disk-error';
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

  it('take any number of pieces with one flush', async function () {
    if (process.platform !== 'linux') this.skip();
    await withFiles(async (files) => {
      const file = await files.create('a', 128 * 1024);
      const pieces = Array.from({ length: 60_000 }, () => bytesOf('ab'));
      const before = await writeCallCount();
      await file.write(pieces, 0);
      // The threads of this process wake each other with writes, too.
      expect((await writeCallCount()) - before).to.be.within(1, 30);
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

  for (const [name, harm] of [
    ['has nonsense in it', (lock: string) => writeFile(join(lock, 'CURRENT'), 'nonsense')],
    ['names a file that is gone', (lock: string) => removeFrom(lock, /^MANIFEST/)],
    ['is empty', (lock: string) => removeFrom(lock, /./)],
  ] as const) {
    it(`are opened though their lock ${name}`, async () => {
      await withFiles(async () => {});
      await harm(join(directory, 'lock'));
      await withFiles(async (files) => {
        expect(await files.list()).to.deep.equal(['lock']);
        expect((await refusalOf(NodeSegmentFiles.open(directory))).code).to.equal('DISK_IN_USE');
      });
    });
  }

  it('keep the file of a damaged lock, which another process may hold by now', async () => {
    await withFiles(async () => {});
    const lock = join(directory, 'lock');
    await writeFile(join(lock, 'CURRENT'), 'nonsense');
    const { ino } = await stat(join(lock, 'LOCK'));
    await withFiles(async () => {
      expect((await stat(join(lock, 'LOCK'))).ino).to.equal(ino);
    });
  });

  it('keep their lock as it is when it cannot be opened for another reason', async () => {
    const lock = join(directory, 'lock');
    await mkdir(join(lock, 'LOCK'), { recursive: true });
    await writeFile(join(lock, 'kept'), '');
    await refusalOf(NodeSegmentFiles.open(directory).catch(asRefusal));
    expect(await readdir(lock)).to.include('kept');
  });
});

async function removeFrom(path: string, names: RegExp): Promise<void> {
  for (const name of await readdir(path)) if (names.test(name)) await rm(join(path, name));
}

function asRefusal(cause: unknown): never {
  throw toDiskError('open', cause);
}

/** How many write calls this process has made, as Linux tells. */
async function writeCallCount(): Promise<number> {
  return Number(/syscw: (\d+)/.exec(await readFile('/proc/self/io', 'utf8'))?.[1]);
}

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
