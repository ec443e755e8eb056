import { expect } from 'chai';
import { parseShimLog } from './shim-log.ts';

function pendingIn(...lines: string[]): string[] {
  return parseShimLog(lines.join('\n')).pending.map(
    ({ number, path, ranges }) =>
      `${number} ${path} ${ranges.map((each) => each.join('-')).join()}`,
  );
}

describe('The log of a disk shim', () => {
  it('names the flushed size of a file, also under a new name', () => {
    const log = 'flushed\t5\t/a.new\nflushed\t-1\t/\nrenamed\t/a.new\t/a\nflushed\t9\t/b\n';
    expect([...parseShimLog(log).flushed]).to.deep.equal([
      ['/a', 5],
      ['/b', 9],
    ]);
  });

  it('names the files of a directory under its new name, and not what was there before', () => {
    const log = 'flushed\t5\t/new/a\nflushed\t7\t/old/a\nflushed\t9\t/old/b\nrenamed\t/new\t/old\n';
    expect([...parseShimLog(log).flushed]).to.deep.equal([['/old/a', 5]]);
  });

  it('names writes in place that did not end', () => {
    const found = pendingIn('began\t1\t512\t100\t/a', 'ended\t1', 'began\t2\t612\t8\t/a');
    expect(found).to.deep.equal(['2 /a 612-620']);
  });

  it('names the rest of a write that later ones have covered in part', () => {
    const began = 'began\t1\t100\t100\t/a';
    expect(pendingIn(began, 'began\t2\t120\t10\t/a', 'ended\t2')).to.deep.equal([
      '1 /a 100-120,130-200',
    ]);
    expect(pendingIn(began, 'began\t2\t120\t10\t/b', 'ended\t2')).to.deep.equal(['1 /a 100-200']);
    expect(pendingIn(began, 'began\t2\t0\t300\t/a', 'ended\t2')).to.deep.equal([]);
    expect(pendingIn(began, 'flushed\t300\t/a')).to.deep.equal([]);
  });

  it('names such a write under the new name of its file or directory', () => {
    const began = 'began\t1\t0\t8\t/d/a';
    expect(pendingIn(began, 'renamed\t/d/a\t/d/b')).to.deep.equal(['1 /d/b 0-8']);
    expect(pendingIn(began, 'renamed\t/d\t/e')).to.deep.equal(['1 /e/a 0-8']);
    expect(pendingIn(began, 'renamed\t/d/c\t/d/a')).to.deep.equal([]);
  });
});
