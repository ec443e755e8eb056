import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { codeIn, readPage, rowsOf, sectionOf } from './pages.ts';
import type { CalledFiles } from './put-path.ts';

const run = promisify(execFile);

/** The most files that may hand a put on. */
const fileCountMax = 40;

describe("ARCHITECTURE.md's path of one put", function () {
  // It starts a cluster in a process of its own, on a machine that may be busy.
  this.timeout(90_000);

  let named: string[];
  let called: CalledFiles;
  let section: string;

  before(async () => {
    section = sectionOf(await readPage('ARCHITECTURE.md'), '## The path of one put');
    named = rowsOf(section).flatMap(([, where = '']) => codeIn(where));
    const program = join(import.meta.dirname, 'put-path.js');
    const { stdout } = await run(process.execPath, [program]);
    called = JSON.parse(stdout);
  });

  it(`names each file once, and at most ${fileCountMax}`, () => {
    expect(new Set(named).size).to.equal(named.length);
    expect(named).to.have.length.within(20, fileCountMax);
  });

  it('names only files that run during a put', () => {
    // The write of the state may come up to half a second later.
    const missing = named.filter(
      (file) => !called.sometimes.includes(file) && !file.includes('write-behind'),
    );
    expect(missing).to.deep.equal([]);
  });

  it('names the folders of everything else that runs during every put', () => {
    const folders = [
      'client/src/',
      'kvserver/src/system/',
      'kvserver/src/api/stream/',
      'paxos/src/',
    ];
    const known = [...folders, ...codeIn(section).filter((code) => code.endsWith('/'))];
    // The health monitor reaches its node through the files beside the folders, at any moment.
    const isKnown = (file: string) =>
      known.some((folder) => file.startsWith(folder)) || /^kvserver\/src\/[^/]+$/.test(file);
    const unnamed = called.always.filter((file) => !named.includes(file) && !isKnown(file));
    expect(unnamed).to.deep.equal([]);
  });
});
