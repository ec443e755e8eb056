import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setAside } from '@paxkv/kvserver/internal/storage/set-aside';
import { expect } from 'chai';
import { Scratch } from './scratch.ts';

describe('Setting data aside', () => {
  const scratch = new Scratch();
  afterEach(() => scratch.clear());

  async function withState(content: string, path: string): Promise<void> {
    await mkdir(join(path, 'state'));
    await writeFile(join(path, 'state', 'rows'), content);
  }

  it('keeps it under another name', async () => {
    const path = await scratch.directory();
    await withState('evidence', path);
    await writeFile(join(path, 'identity.json'), 'mine');
    const result = await setAside(path, 'state');
    expect(result).to.deep.equal({ keptAs: 'state.damaged-1', deleted: [] });
    expect(await readdir(path)).to.have.members(['identity.json', 'state.damaged-1']);
    expect(await readFile(join(path, 'state.damaged-1', 'rows'), 'utf8')).to.equal('evidence');
  });

  it('keeps the first copy and the last two, and reports which one it deleted', async () => {
    const path = await scratch.directory();
    const results = [];
    for (const content of ['1', '2', '3', '4', '5']) {
      await withState(content, path);
      results.push(await setAside(path, 'state'));
    }
    expect(results.slice(2)).to.deep.equal([
      { keptAs: 'state.damaged-3', deleted: [] },
      { keptAs: 'state.damaged-4', deleted: ['state.damaged-2'] },
      { keptAs: 'state.damaged-5', deleted: ['state.damaged-3'] },
    ]);
    for (const number of ['1', '4', '5']) {
      const rows = await readFile(join(path, `state.damaged-${number}`, 'rows'), 'utf8');
      expect(rows).to.equal(number);
    }
  });

  it('touches nothing of another part, or of another name', async () => {
    const path = await scratch.directory();
    const others = ['state.damaged-old', 'journal.damaged-1', 'state.incoming', 'statement'];
    for (const name of others) await mkdir(join(path, name));
    await withState('', path);
    expect(await setAside(path, 'state')).to.include({ keptAs: 'state.damaged-1' });
    expect(await readdir(path)).to.include.members(others);
  });

  it('does nothing if there is no data', async () => {
    const path = await scratch.directory();
    expect(await setAside(path, 'journal')).to.deep.equal({ keptAs: undefined, deleted: [] });
  });
});
