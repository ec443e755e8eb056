/** Runs each program of `examples/` against a cluster. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Cluster } from '../docs/cluster.ts';
import { readPage, root, rowsOf } from '../docs/pages.ts';

const run = promisify(execFile);
const linesMax = 100;
/** A program that takes longer counts as hanging and is killed. */
const runMsMax = 25_000;

/** The module that the programs share. */
const shared = 'endpoints.mjs';
const programs = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.mjs') && name !== shared)
  .sort();

describe('the examples', function () {
  // Each program is a process, on a machine that may be busy.
  this.timeout(60_000);

  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start();
  });

  after(() => cluster.close());

  for (const program of programs) {
    const path = `examples/${program}`;

    it(`${program} prints what its comments say, twice in a row`, async () => {
      const claimed = [...(await readPage(path)).matchAll(/\/\/ prints: (.*)$/gm)];
      expect(claimed).to.have.length.above(0);
      const env = { ...process.env, PAXKV_ENDPOINTS: cluster.addresses.join(',') };
      for (const _ of [1, 2]) {
        const { stdout, stderr } = await run(process.execPath, [join(root, path)], {
          env,
          timeout: runMsMax,
        });
        const lines = stdout.trimEnd().split('\n');
        expect(lines, stdout).to.have.length(claimed.length);
        claimed.forEach(([, line = ''], index) => {
          expect(line.split(' | ')).to.include(lines[index]);
        });
        expect(stderr).to.equal('');
      }
    });

    it(`${program} has under ${linesMax} lines`, async () => {
      expect((await readPage(path)).split('\n')).to.have.length.below(linesMax);
    });
  }

  it('are all listed in their README', async () => {
    const listed = rowsOf(await readPage('examples/README.md')).map(
      ([cell = '']) => /^\[(.+)\]\(\1\)$/.exec(cell)?.[1],
    );
    expect(listed).to.have.members(programs);
  });
});
