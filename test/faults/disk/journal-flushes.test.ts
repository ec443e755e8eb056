/** What a journal flushes before it relies on it, as its process asks the system for it. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { DiskShim } from './disk-shim.ts';
import { compileShim, Missing } from './shim-library.ts';

const run = promisify(execFile);

/** Writes votes and forgets them, so that segments are made, used again and removed, over two processes. */
const writer = `
  import { Journal } from '${import.meta.resolve('@paxkv/kvserver/internal/storage/index')}';
  const owner = { name: 'flushes/0', hasVoted: false, writeIndexReached: 0, markVoted: async () => {} };
  const journal = await Journal.open({ directory: process.argv[1], owner, segmentBytes: 4096 });
  for (let turn = 0; turn < 200; turn += 1) {
    const seq = journal.writeIndex;
    const vote = { type: 'accepted', seq, ballot: { round: 1, peer: 0 }, value: Buffer.alloc(200) };
    await journal.write([vote, { type: 'forgotten', min: Math.max(0, seq - (turn < 100 ? 60 : 5)) }]);
  }
  await journal.settled();
  await journal.close();
`;

interface Call {
  readonly what: string;
  readonly fields: readonly string[];
}

describe('Flushes of a journal', function () {
  this.timeout(60_000);
  let directory: string;
  let journal: string;
  let calls: readonly Call[] = [];

  before(async function () {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-flushes-'));
    const [root, side] = [join(directory, 'root'), join(directory, 'side')];
    journal = join(root, 'journal');
    try {
      const library = await compileShim(directory);
      await Promise.all([mkdir(root), mkdir(side)]);
      const shim = new DiskShim({ library, root, side });
      const env = { ...process.env, ...shim.environment };
      const program = ['--input-type=module', '-e', writer, journal];
      for (let boot = 0; boot < 2; boot += 1) await run(process.execPath, program, { env });
      shim.close();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      console.warn(`skipped the flushes of a journal: ${error.message}`);
      this.skip();
    }
    const lines = (await readFile(join(side, 'log'), 'utf8')).trimEnd().split('\n');
    calls = lines.map((line) => {
      const [what = '', ...fields] = line.split('\t');
      return { what, fields };
    });
  });
  after(() => rm(directory, { recursive: true }));

  it('include each new segment with all its bytes, before it gets its name', () => {
    let made = 0;
    let isFlushed = false;
    for (const { what, fields } of calls) {
      const [first, second] = fields;
      const isNew = what === 'flushed' && basename(second ?? '') === 'next.wal.new';
      if (isNew) isFlushed = first === '4096';
      if (what !== 'renamed' || basename(first ?? '') !== 'next.wal.new') continue;
      expect(isFlushed, `segment ${second}`).to.equal(true);
      isFlushed = false;
      made += 1;
    }
    expect(made).to.be.above(2);
  });

  it('include the name of each segment, before anything is written into it', () => {
    const unsafe = new Set<string>();
    let renamedCount = 0;
    for (const { what, fields } of calls) {
      const path = fields.at(-1) ?? '';
      if (what === 'renamed' && path.endsWith('.wal')) {
        unsafe.add(path);
        renamedCount += 1;
      }
      if (what === 'flushed' && fields[0] === '-1' && path === journal) unsafe.clear();
      if (what === 'began') expect(unsafe.has(path), `${path} before its name`).to.equal(false);
    }
    expect(renamedCount).to.be.above(8);
  });
});
