import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { folderOf } from './summary-reporter.ts';

const mocha = fileURLToPath(new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url));
const reporter = fileURLToPath(new URL('summary-reporter.js', import.meta.url));

describe('the report of npm test', function () {
  // Each test is a process, on a machine that may be busy.
  this.timeout(30_000);

  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-report-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function report(tests: string, ...flags: string[]): Promise<string> {
    const file = join(directory, 'some.test.cjs');
    await writeFile(file, `describe('a store', () => {\n${tests}\n});\n`);
    const words = [mocha, '--no-config', '--reporter', reporter, ...flags, file];
    return new Promise((resolve) => {
      execFile(process.execPath, words, (_, stdout, stderr) => resolve(stdout + stderr));
    });
  }

  const passing = `
    it('keeps a value', () => {});
    it('answers', () => {});`;
  const failing = `
    it('loses nothing', () => { throw new Error('lost'); });
    it('sleeps');`;

  it('has a line for a folder, and the count of passing tests on its last line', async () => {
    const lines = (await report(passing)).trimEnd().split('\n');
    expect(lines).to.have.lengthOf(3);
    expect(lines[0]).to.match(/^ {2}\S+ +2 passing \(\d+ms\)$/);
    expect(lines.at(-1)).to.match(/^ {2}2 passing \(\d+ms\)$/);
  });

  it('prints a failure immediately and again in full, with the counts below', async () => {
    const text = await report(passing + failing);
    const places = [
      /^ {2}1\) a store loses nothing$/m,
      /^ {2}\S+ +2 passing, 1 pending, 1 failing \(\d+ms\)$/m,
      /^ +Error: lost$/m,
      /^ {2}1 pending$/m,
      /^ {2}2 passing \(\d+ms\)$/m,
      /^ {2}1 failing\n$/m,
    ].map((pattern) => text.search(pattern));
    expect(places, text).to.deep.equal([...places].sort((a, b) => a - b));
    expect(places, text).not.to.include(-1);
    expect(text).not.to.contain('keeps a value');
  });

  it('prints every title with --verbose, and the counts below the failures', async () => {
    const text = await report(passing + failing, '--verbose');
    for (const claim of ['keeps a value', 'answers', '- sleeps', '1) loses nothing']) {
      expect(text).to.contain(claim);
    }
    expect(text).to.match(/Error: lost[\s\S]*\n {2}2 passing \(\d+ms\)\n {2}1 failing\n$/);
  });

  it('counts unit tests by package, and a test beside the folders by its name', () => {
    const root = fileURLToPath(new URL('..', import.meta.url));
    expect(folderOf(join(root, 'unit/cli/commands/get.test.js'))).to.equal('unit/cli');
    expect(folderOf(join(root, 'simulation/invariants/values.test.js'))).to.equal('simulation');
    expect(folderOf(join(root, 'tidy.test.js'))).to.equal('tidy');
  });
});
