import { rowKeys } from '@paxkv/bench/internal/compare/row-keys';
import { rows } from '@paxkv/bench/internal/compare/rows/rows';
import { createParser, parseSettings } from '@paxkv/bench/internal/compare/settings';
import { expect } from 'chai';

/** The error message of the parser for an invalid command line. */
function complaintAbout(...args: string[]): string {
  const texts: string[] = [];
  const parser = createParser()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void texts.push(text) });
  expect(() => parser.parse(args, { from: 'user' })).to.throw();
  return texts.join('');
}

describe('the settings of the comparison', () => {
  it('select every row except the long ones by default', () => {
    const settings = parseSettings([]);
    expect(settings.rows).to.deep.equal(rowKeys.slice(0, -2));
    expect(settings).to.include({ roundCount: 5, killCount: 20, memoryMinutes: 0 });
    expect(settings.peers).to.deep.equal(['etcd', 'ZooKeeper', 'Redis']);
  });

  it('select all rows and ten minutes of memory with --full', () => {
    const settings = parseSettings(['--full']);
    expect(settings.rows).to.deep.equal(rowKeys);
    expect(settings.memoryMinutes).to.equal(10);
    expect(parseSettings(['--only', 'memory']).memoryMinutes).to.equal(10);
    expect(parseSettings(['--memory-minutes', '2']).memoryMinutes).to.equal(2);
  });

  it('select single rows and peers, and shorter loads', () => {
    const settings = parseSettings([
      ...['--only', 'puts-64,kill-leader', '--peers', 'ETCD', '--quick', '--kills', '7'],
    ]);
    expect(settings.rows).to.deep.equal(['puts-64', 'kill-leader']);
    expect(settings.peers).to.deep.equal(['etcd']);
    expect(settings).to.include({ roundCount: 2, seconds: 1, killCount: 7 });
  });

  it('refuse unknown rows and peers, and invalid counts', () => {
    expect(complaintAbout('--only', 'puts')).to.contain('puts-256, puts-64');
    expect(complaintAbout('--peers', 'paxkv')).to.contain('etcd, ZooKeeper, Redis');
    expect(complaintAbout('--rounds', '0')).to.contain('whole number');
  });

  it('name every row that can be run, in the order of the table', () => {
    expect(rows.map(({ key }) => key)).to.deep.equal(rowKeys);
  });
});
