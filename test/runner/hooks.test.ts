import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const mocha = fileURLToPath(new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url));
const hooks = fileURLToPath(new URL('hooks.js', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly text: string;
}

describe('A run in several processes', function () {
  // Each test is four processes, on a machine that may be busy.
  this.timeout(30_000);

  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-runner-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** Runs as many files with one test each, which does this. */
  async function run(count: number, body: string): Promise<Run> {
    const files = Array.from({ length: count }, (_, index) => join(directory, `${index}.test.cjs`));
    for (const file of files) await writeFile(file, `it('is run', async () => { ${body} });\n`);
    const flags = ['--no-config', '--parallel', '--jobs', '2', '--require', hooks];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [mocha, ...flags, ...files], (_, out, err) => {
        resolve({ code: child.exitCode, text: out + err });
      });
    });
  }

  it('runs each file, also after one that stops listening to mocha', async () => {
    const { code, text } = await run(5, 'process.channel.unref();');
    expect(text).to.match(/\b5 passing\b/);
    expect(code).to.equal(0);
  });

  it('fails if its processes are killed', async () => {
    const both = "const end = () => process.kill(process.pid, 'SIGKILL'); setTimeout(end, 500);";
    const { code, text } = await run(4, `${both} await new Promise(() => {});`);
    expect(code, text).to.be.above(0);
  });
});
