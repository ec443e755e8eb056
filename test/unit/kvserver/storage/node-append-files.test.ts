import {
  type FileHandle,
  mkdir,
  open as openFile,
  readdir,
  readFile,
  stat,
  utimes,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LogWindow, NodeAppendFiles } from '@paxkv/kvserver/internal/storage/index';
import { systemClock } from '@paxkv/kvserver/internal/system/clock';
import { expect } from 'chai';
import { decisions, never, valuesFrom, valuesOf } from './log-window/window-fixtures.ts';
import { Scratch } from './scratch.ts';

describe('NodeAppendFiles', () => {
  const scratch = new Scratch();
  let directory: string;
  beforeEach(async () => {
    directory = join(await scratch.directory(), 'log-window');
  });
  afterEach(() => scratch.clear());

  function open(): Promise<LogWindow> {
    return LogWindow.open({
      files: new NodeAppendFiles(directory),
      owner: 'tests/0',
      clock: systemClock,
      bytesMax: 64 * 1024,
      msMax: 3_600_000,
      onDropped: (reason) => expect.fail(reason),
    });
  }

  it('hold a window over restarts, and no file once it is empty', async () => {
    const window = await open();
    window.start(7);
    window.add(decisions(7, 200));
    await window.settled();
    expect(await valuesFrom(window, 7)).to.deep.equal(valuesOf(7, 200));
    await window.close();
    const again = await open();
    again.start(200);
    expect(await valuesFrom(again, again.first)).to.deep.equal(valuesOf(again.first, 200));
    again.trim({ everyPeerMin: 200, keepFrom: never });
    await again.settled();
    expect(await readdir(directory)).to.deep.equal([]);
    await again.close();
  });

  it('make no directory before there is something to keep', async () => {
    const window = await open();
    window.start(0);
    await window.close();
    expect(await readdir(join(directory, '..'))).to.deep.equal([]);
  });

  it('append pieces of any number, one behind the other', async () => {
    const files = new NodeAppendFiles(directory);
    const file = await files.create('a');
    const pieces = Array.from({ length: 3000 }, (_, index) => Buffer.from([index % 251]));
    await file.append(pieces.slice(0, 1100));
    await file.append(pieces.slice(1100));
    expect(file.size).to.equal(3000);
    await file.close();
    expect(await readFile(join(directory, 'a'))).to.deep.equal(Buffer.concat(pieces));
  });

  /** The numbers of the files and directories that are flushed while `act` runs, in order. */
  async function flushedDuring(act: () => Promise<void>): Promise<number[]> {
    const probe = await openFile(dirname(directory));
    const handles: Pick<FileHandle, 'sync' | 'datasync'> = Object.getPrototypeOf(probe);
    await probe.close();
    const flushed: number[] = [];
    const { sync, datasync } = handles;
    const noted = (flush: () => Promise<void>) =>
      async function (this: FileHandle) {
        flushed.push((await this.stat()).ino);
        return flush.call(this);
      };
    Object.assign(handles, { sync: noted(sync), datasync: noted(datasync) });
    try {
      await act();
    } finally {
      Object.assign(handles, { sync, datasync });
    }
    return flushed;
  }

  it('flush what they hold, and with the first flush their name and that of the directory', async () => {
    await mkdir(directory);
    const file = await new NodeAppendFiles(directory).create('a');
    await file.append([Buffer.from('one')]);
    const inodes: number[] = [];
    for (const path of [join(directory, 'a'), directory, dirname(directory)]) {
      inodes.push((await stat(path)).ino);
    }
    expect(await flushedDuring(() => file.flush())).to.deep.equal(inodes);
    expect(await flushedDuring(() => file.flush())).to.deep.equal(inodes.slice(0, 1));
    await file.close();
  });

  it('tell how long ago each file was written', async () => {
    const files = new NodeAppendFiles(directory);
    await (await files.create('a')).close();
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(join(directory, 'a'), hourAgo, hourAgo);
    const [found] = await files.list();
    expect(found?.ageMs).to.be.within(3_599_000, 3_700_000);
  });
});
