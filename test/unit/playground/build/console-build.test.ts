import { mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildConsole, consoleFolder } from '@paxkv/playground/internal/build/console-build';
import { expect } from 'chai';

const sizeMax = 40_000;

describe('the build of the console', function () {
  this.timeout(60_000);
  let folder: string;
  const page = () => join(folder, 'index.html');

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-console-'));
    await buildConsole(folder);
  });

  after(() => rm(folder, { recursive: true }));

  it('makes three files with fixed names, and leaves nothing else behind', async () => {
    expect(await readdir(folder)).to.have.members(['index.html', 'page.css', 'page.js']);
    expect(consoleFolder).to.match(/kvserver.dist.console$/);
  });

  it(`makes less than ${sizeMax / 1000} kB, compressed`, async () => {
    const files = await Promise.all(
      ['index.html', 'page.css', 'page.js'].map((name) => readFile(join(folder, name))),
    );
    const sizes = files.map((file) => gzipSync(file).length);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.below(sizeMax);
  });

  it('leaves a page alone that is newer than all that it is made from, and replaces an older one', async () => {
    const { mtimeMs, ino } = await stat(page());
    await buildConsole(folder);
    expect(await stat(page())).to.include({ mtimeMs, ino });
    await utimes(page(), 1, 1);
    await buildConsole(folder);
    expect((await stat(page())).mtimeMs).to.be.above(mtimeMs);
  });
});
