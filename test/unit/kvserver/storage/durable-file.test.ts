import { readdirSync, readFileSync } from 'node:fs';
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import {
  readOwnFile,
  replaceFile,
  syncDirectory,
} from '@paxkv/kvserver/internal/storage/durable-file';
import { expect } from 'chai';
import { Scratch } from './scratch.ts';

describe('Durable file', () => {
  const scratch = new Scratch();
  afterEach(() => scratch.clear());

  it('is readable by its owner alone, and whole after each replacement', async () => {
    const directory = await scratch.directory();
    const path = join(directory, 'file');
    for (const content of ['a long first content', 'short']) {
      await replaceFile(path, content);
      expect(await readFile(path, 'utf8')).to.equal(content);
    }
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(directory)).to.deep.equal(['file']);
  });

  it('follows no symbolic link, neither to write nor to read', async () => {
    const directory = await scratch.directory();
    const [path, elsewhere] = [join(directory, 'file'), join(directory, 'elsewhere')];
    await writeFile(elsewhere, 'precious');
    await symlink(elsewhere, `${path}.new`);
    await replaceFile(path, 'content');
    expect(await readFile(elsewhere, 'utf8')).to.equal('precious');
    expect(await readOwnFile(path)).to.equal('content');
    await symlink(elsewhere, join(directory, 'link'));
    const error = await readOwnFile(join(directory, 'link')).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error).with.property('code', 'ELOOP');
  });

  it('is private even if an earlier one was not', async () => {
    const path = join(await scratch.directory(), 'file');
    await writeFile(`${path}.new`, 'left by a crash', { mode: 0o666 });
    await replaceFile(path, 'content');
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it('keeps the old content when the new cannot be written', async () => {
    const directory = await scratch.directory();
    const path = join(directory, 'file');
    await replaceFile(path, 'old');
    await mkdir(`${path}.new`);
    const error = await replaceFile(path, 'new').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error).with.property('code', 'EISDIR');
    expect(await readFile(path, 'utf8')).to.equal('old');
    await rm(`${path}.new`, { recursive: true });
  });

  /** What is flushed while `act` runs, and which files had which content then. */
  async function flushesOf(directory: string, act: () => Promise<unknown>): Promise<unknown[]> {
    const probe = await open(directory);
    const handles: Pick<FileHandle, 'sync'> = Object.getPrototypeOf(probe);
    await probe.close();
    const flushes: unknown[] = [];
    const { sync } = handles;
    handles.sync = async function (this: FileHandle) {
      const contents = readdirSync(directory).map((name) => [
        name,
        readFileSync(join(directory, name), 'utf8'),
      ]);
      const what = (await this.stat()).isDirectory() ? 'names' : 'content';
      flushes.push([what, Object.fromEntries(contents)]);
      return sync.call(this);
    };
    try {
      await act();
    } finally {
      handles.sync = sync;
    }
    return flushes;
  }

  it('is on the disk before it has its name, and its name before it counts as replaced', async () => {
    const directory = await scratch.directory();
    const path = join(directory, 'file');
    await replaceFile(path, 'old');
    expect(await flushesOf(directory, () => replaceFile(path, 'new'))).to.deep.equal([
      ['content', { file: 'old', 'file.new': 'new' }],
      ['names', { file: 'new' }],
    ]);
    expect(await flushesOf(directory, () => syncDirectory(directory))).to.deep.equal([
      ['names', { file: 'new' }],
    ]);
  });

  it('leaves no descriptor open', async () => {
    const directory = await scratch.directory();
    const path = join(directory, 'file');
    const openCount = () => readdirSync('/dev/fd').length;
    const before = openCount();
    await replaceFile(path, 'content');
    expect(await readOwnFile(path)).to.equal('content');
    await syncDirectory(directory);
    expect(openCount()).to.equal(before);
  });
});
