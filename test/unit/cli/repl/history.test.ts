import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { History } from 'paxkv/internal/repl/history';

describe('History', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'paxkv-history-'));
    file = join(directory, 'history');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps lines over sessions, latest first, in a file of its user alone', () => {
    writeFileSync(file, 'get old\n', { mode: 0o644 });
    const history = new History(file);
    for (const line of ['get a', 'put a b']) history.add(line);
    history.save();
    expect(readFileSync(file, 'utf8')).to.equal('get old\nget a\nput a b\n');
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(new History(file).lines).to.deep.equal(['put a b', 'get a', 'get old']);
  });

  it('leaves out repeated and empty lines, and those that begin with a space', () => {
    const history = new History(file);
    for (const line of ['get a', 'get a', '', ' put secret 1', 'get b', 'get a']) history.add(line);
    expect(history.lines).to.deep.equal(['get a', 'get b', 'get a']);
  });

  it('keeps the latest 1,000 lines', () => {
    const history = new History(file);
    for (let number = 1; number <= 1001; number += 1) history.add(`get ${number}`);
    expect(history.lines).to.have.lengthOf(1000);
    expect(history.lines[0]).to.equal('get 1001');
    expect(history.lines.at(-1)).to.equal('get 2');
  });

  it('is empty if the file cannot be read', () => {
    expect(new History(directory).lines).to.deep.equal([]);
  });
});
