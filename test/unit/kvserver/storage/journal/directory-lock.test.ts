/** The lock of a directory: one process at a time has it, also where it is damaged. */
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DirectoryLock,
  lockDirectory,
} from '@paxkv/kvserver/internal/storage/journal/directory-lock';
import { expect } from 'chai';
import { refusalOf, Scratch } from '../scratch.ts';

describe('Lock of a directory', () => {
  const scratch = new Scratch();
  const held: DirectoryLock[] = [];
  let directory: string;
  let path: string;

  beforeEach(async () => {
    directory = await scratch.directory();
    path = join(directory, 'lock');
  });
  afterEach(async () => {
    for (const lock of held.splice(0)) await lock.close();
    await scratch.clear();
  });

  async function lock(): Promise<DirectoryLock> {
    const taken = await lockDirectory(directory);
    held.push(taken);
    return taken;
  }

  /** Makes a lock that nobody holds any more, and damages it. */
  async function damage(): Promise<void> {
    await (await lock()).close();
    await writeFile(join(path, 'CURRENT'), 'nonsense');
  }

  it('is held by one at a time, and is free once it is let go, however often', async () => {
    const first = await lock();
    const { code, message, cause } = await refusalOf(lockDirectory(directory));
    expect(code).to.equal('DISK_IN_USE');
    expect(message).to.equal(`${directory} is open in another process: stop that one first.`);
    expect(cause).to.be.instanceOf(Error);
    await first.close();
    await first.close();
    await lock();
  });

  it('is made anew where it is damaged, and is held then', async () => {
    await damage();
    await lock();
    expect((await refusalOf(lockDirectory(directory))).code).to.equal('DISK_IN_USE');
  });

  it('is made anew whatever else is in it, directories as well', async () => {
    await damage();
    await mkdir(join(path, 'lost'));
    await writeFile(join(path, 'lost', 'file'), '');
    await lock();
    expect(await readdir(path)).to.not.include('lost');
  });

  it('is made anew where a file of it is gone', async () => {
    await (await lock()).close();
    for (const name of await readdir(path)) {
      if (name.startsWith('MANIFEST')) await rm(join(path, name));
    }
    await lock();
  });

  it('stays the same file where it is damaged: another process may hold it by now', async () => {
    await damage();
    // While it is open, no other file gets its number.
    const file = await open(join(path, 'LOCK'));
    try {
      await lock();
      const { nlink, ino } = await file.stat();
      expect(nlink).to.equal(1);
      expect((await stat(join(path, 'LOCK'))).ino).to.equal(ino);
    } finally {
      await file.close();
    }
  });

  it('stays as it is where it cannot be opened for another reason', async () => {
    await mkdir(join(path, 'LOCK'), { recursive: true });
    await writeFile(join(path, 'kept'), '');
    const outcome = await lockDirectory(directory).catch((error: unknown) => error);
    expect(outcome)
      .to.be.instanceOf(Error)
      .with.property('code')
      .that.matches(/^LEVEL_/);
    expect(await readdir(path)).to.include('kept');
  });

  it('makes its directory where that is absent', async () => {
    directory = join(directory, 'absent', 'too');
    await lock();
    expect(await readdir(directory)).to.deep.equal(['lock']);
  });
});
