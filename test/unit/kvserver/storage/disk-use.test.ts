import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDiskUse } from '@paxkv/kvserver/internal/storage/disk-use';
import { expect } from 'chai';

describe('readDiskUse', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-disk-use-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const bytesOf = async () =>
    Object.fromEntries(
      (await readDiskUse(directory)).parts.map(({ part, bytes }) => [part, bytes]),
    );

  async function put(folder: string, name: string, bytes: number): Promise<void> {
    await mkdir(join(directory, folder), { recursive: true });
    await writeFile(join(directory, folder, name), new Uint8Array(bytes));
  }

  it('adds up the files of each part, with what lies deeper in it', async () => {
    await put('journal', '1.log', 100);
    await put('journal', '2.log', 20);
    await put('state/older', 'table', 7);
    await put('', 'identity.json', 3);
    expect(await bytesOf()).to.deep.equal({ files: 3, journal: 120, state: 7 });
  });

  it('shows data that was set aside as one part, however often that happened', async () => {
    await put('journal.damaged-1', 'a', 1);
    await put('state.damaged-2', 'b', 2);
    expect(await bytesOf()).to.deep.equal({ files: 0, damaged: 3 });
  });

  it('shows what is free', async () => {
    expect((await readDiskUse(directory)).freeBytes).to.be.above(0);
  });

  it('counts nothing where there is nothing', async () => {
    const absent = join(directory, 'absent');
    expect(await readDiskUse(absent)).to.deep.equal({
      parts: [{ part: 'files', bytes: 0 }],
      freeBytes: undefined,
    });
  });
});
