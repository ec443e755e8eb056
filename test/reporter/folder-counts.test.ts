import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { FolderCounts, folderOf } from './folder-counts.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const fileIn = (name: string) => join(root, name);

describe('FolderCounts', () => {
  it('have a folder complete once the results of all its files arrived, whatever came between', () => {
    const [a, b, other] = [
      fileIn('kv/a.test.js'),
      fileIn('kv/b.test.js'),
      fileIn('docs/c.test.js'),
    ];
    const folders = new FolderCounts([a, b, other]);
    expect(folders.enter(a)).to.equal(undefined);
    const { current } = folders;
    expect(folders.enter(other)).to.equal(undefined);
    expect(folders.current).to.include({ name: 'docs' });
    expect(folders.enter(b)).to.include({ name: 'docs' });
    expect(folders.current).to.equal(current);
    expect(folders.end()).to.deep.equal([current]);
  });

  it('count unit tests by package, and a test beside the folders by its name', () => {
    expect(folderOf(fileIn('unit/cli/commands/get.test.js'))).to.equal('unit/cli');
    expect(folderOf(fileIn('simulation/invariants/values.test.js'))).to.equal('simulation');
    expect(folderOf(fileIn('tidy.test.js'))).to.equal('tidy');
  });
});
