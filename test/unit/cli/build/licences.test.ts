import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { foreignFolders, licencesOf } from 'paxkv/internal/build/licences';

describe('foreignFolders', () => {
  it('are those of the packages that modules belong to, each once, and none of ours', () => {
    const modules = [
      '/a/node_modules/.pnpm/two@1.0.0/node_modules/two/lib/index.js',
      '/a/node_modules/.pnpm/two@1.0.0/node_modules/two/index.js',
      '/a/node_modules/.pnpm/@one+three@1.0.0/node_modules/@one/three/index.js',
      '/a/packages/cli/dist/main.js',
      '\0rolldown/runtime.js',
    ];
    expect(foreignFolders(modules)).to.deep.equal([
      '/a/node_modules/.pnpm/two@1.0.0/node_modules/two',
      '/a/node_modules/.pnpm/@one+three@1.0.0/node_modules/@one/three',
    ]);
  });
});

describe('foreignFolders on Windows', () => {
  it('are the same with other separators', () => {
    const folder = 'C:\\a\\node_modules\\@one\\three';
    expect(foreignFolders([`${folder}\\lib\\index.js`])).to.deep.equal([folder]);
  });
});

describe('licencesOf', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-licences-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function folderOf(name: string, license: string, files: Record<string, string>) {
    const folder = join(directory, name);
    await mkdir(folder);
    const manifest = JSON.stringify({ name, version: '1.2.3', license });
    for (const [file, text] of Object.entries({ ...files, 'package.json': manifest })) {
      await writeFile(join(folder, file), text);
    }
    return folder;
  }

  it('has name, version, licence and texts of each package, in the order of their names', async () => {
    const text = licencesOf([
      await folderOf('zebra', 'MIT', { 'license.md': 'Keep this.\n' }),
      await folderOf('ant', 'Apache-2.0', { LICENSE: 'Long.', 'NOTICE.txt': 'By ants.' }),
    ]);
    expect(text.split(/^-+$/m).slice(1)).to.deep.equal([
      '\nant 1.2.3, Apache-2.0\n\nLong.\n\nBy ants.\n\n',
      '\nzebra 1.2.3, MIT\n\nKeep this.\n',
    ]);
  });

  it('points to the same licence of another package if one ships no text', async () => {
    const bare = await folderOf('bare', 'Apache-2.0', { 'README.md': '' });
    const full = await folderOf('full', 'Apache-2.0', { LICENCE: 'Long.' });
    expect(licencesOf([bare, full])).to.contain(
      'Its licence has the same text as that of full 1.2.3.',
    );
  });

  it('is refused if nobody ships the text of a licence', async () => {
    const bare = await folderOf('bare', 'BSD-3-Clause', {});
    const other = await folderOf('other', 'MIT', { LICENSE: 'Short.' });
    expect(() => licencesOf([bare, other])).to.throw(
      'bare 1.2.3 ships no text of its licence BSD-3-Clause',
    );
  });
});
