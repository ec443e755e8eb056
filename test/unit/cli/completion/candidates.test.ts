import { expect } from 'chai';
import { runCaptured } from '../captured-streams.ts';

const candidates = async (...words: string[]) => {
  const { printed } = await runCaptured(['complete', '--', ...words]);
  return printed === '' ? [] : printed.trimEnd().split('\n');
};

describe('paxkv complete', () => {
  it('completes the names of commands, and of those in a group', async () => {
    expect(await candidates('ge')).to.deep.equal(['get']);
    expect(await candidates('')).to.include.members(['put', 'export', 'completion', 'help']);
    expect(await candidates('')).not.to.include('complete');
    expect(await candidates('token', 'c')).to.deep.equal(['create']);
    expect(await candidates('help', 'pu')).to.deep.equal([]);
  });

  it('completes the options of a command with the global ones that it takes', async () => {
    expect(await candidates('get', '--p')).to.deep.equal(['--prefix']);
    expect(await candidates('put', 'key', '--if')).to.deep.equal([
      ...['--if-absent', '--if-revision', '--if-value'],
    ]);
    expect(await candidates('get', '--end')).to.deep.equal(['--endpoints']);
    expect(await candidates('certs', '--end')).to.deep.equal([]);
    expect(await candidates('--ver')).to.deep.equal(['--version']);
  });

  it('completes the values of options and arguments that are one of a few', async () => {
    expect(await candidates('get', '-o', '')).to.deep.equal(['json', 'raw', 'simple', 'table']);
    expect(await candidates('get', '--output', 't')).to.deep.equal(['table']);
    expect(await candidates('completion', 'f')).to.deep.equal(['fish']);
  });

  it('completes nothing where a key, a value or a file may stand', async () => {
    expect(await candidates('get', 'ke')).to.deep.equal([]);
    expect(await candidates('get', '--prefix', 'pu')).to.deep.equal([]);
    expect(await candidates('-e', 'put')).to.deep.equal([]);
    expect(await candidates('-e', 'x', 'pu')).to.deep.equal(['put']);
  });
});
