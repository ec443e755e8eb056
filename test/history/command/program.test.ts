import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fromDrawing } from '../../linearizability/drawing.ts';
import { toLine } from '../json-lines.ts';
import { run } from './program.ts';

describe('the history command', () => {
  let folder = '';
  let printed = '';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paxkv-history-'));
    printed = '';
  });

  afterEach(() => rm(folder, { recursive: true }));

  const history = (...args: string[]) =>
    run(args, (text) => {
      printed += text;
    });

  async function save(name: string, drawing: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, fromDrawing(drawing).map(toLine).join(''));
    return path;
  }

  describe('check', () => {
    it('reports that a history is linearizable, and its size', async () => {
      const path = await save('good.jsonl', '[x:put a] [y:put b] [x:get a]');
      expect(await history('check', path)).to.equal(0);
      expect(printed).to.equal(`${path}: linearizable, 3 operations on 2 keys\n`);
    });

    it('exits with 1 if one of several histories is violated, and explains it', async () => {
      const bad = await save('bad.jsonl', '[x:put a] [x:get b]');
      const good = await save('good.jsonl', '[x:put a] [x:get a]');
      expect(await history('check', bad, good)).to.equal(1);
      expect(printed).to.contain(`${bad}: violated\nkey "x": no order`);
      expect(printed).to.contain('#1 process 0 get "x" → "b"');
      expect(printed).to.contain(`${good}: linearizable`);
    });

    it('exits with 1 for a file that is missing or no history, and names it', async () => {
      const path = join(folder, 'broken.jsonl');
      await writeFile(path, '{}\n');
      expect(await history('check', path, join(folder, 'missing.jsonl'))).to.equal(1);
      expect(printed).to.contain(`${path}: unreadable\nline 1: t is missing`);
      expect(printed).to.match(/missing\.jsonl: unreadable\nENOENT/);
    });
  });

  describe('export', () => {
    it('writes a key-value log to a file', async () => {
      const from = await save('history.jsonl', '[x:put a] [y:append b]');
      const out = join(folder, 'kv.log');
      expect(await history('export', '--format', 'jepsen-kv', '--in', from, '--out', out)).to.equal(
        0,
      );
      expect(printed).to.equal(`wrote ${out}\n`);
      expect((await readFile(out, 'utf8')).split('\n')).to.have.length(5);
    });

    it('writes register logs and their keys to a folder, and reports what was left out', async () => {
      const from = await save('history.jsonl', '[x:put a] [y:append b] [z:get -]');
      const out = join(folder, 'new', 'logs');
      const args = ['--format', 'jepsen-register', '--in', from, '--out', out];
      expect(await history('export', ...args)).to.equal(0);
      expect(printed).to.equal(
        `left out key "y": a register cannot be appended to\nwrote 2 register logs to ${out}\n`,
      );
      const names = await readdir(out);
      expect(names).to.have.members(['keys.json', 'register-1.log', 'register-2.log']);
      const keys = JSON.parse(await readFile(join(out, 'keys.json'), 'utf8'));
      expect(keys).to.deep.equal({ 'register-1.log': 'x', 'register-2.log': 'z' });
      expect(await readFile(join(out, 'register-1.log'), 'utf8')).to.contain(':write\t1');
    });

    it('exits with 1 if there is nothing to read', async () => {
      const from = join(folder, 'missing.jsonl');
      const args = ['--format', 'jepsen-kv', '--in', from, '--out', join(folder, 'kv.log')];
      expect(await history('export', ...args)).to.equal(1);
      expect(printed).to.match(/^ENOENT/);
    });
  });

  it('exits with 2 on an unknown command', async () => {
    expect(await history('export', '--format', 'other', '--in', 'a', '--out', 'b')).to.equal(2);
    expect(printed).to.contain('jepsen-register, jepsen-kv');
    expect(await history('check')).to.equal(2);
    expect(await history('judge')).to.equal(2);
  });
});
