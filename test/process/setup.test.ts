/**
 * Tests the setup that every npm script runs first, on small projects with a fake `npx` and a fake
 * compiler.
 */
import { chmod, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { CommandProcess } from './command-process.ts';
import { environment } from './server-process.ts';

const setup = fileURLToPath(new URL('../../../scripts/setup.mjs', import.meta.url));
const lockfile = 'lockfileVersion: 9\n';

describe('the setup of npm start and npm test', function () {
  // Each test runs one to three processes, on a machine that may be busy.
  this.timeout(30_000);

  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-setup-'));
    await write('package.json', JSON.stringify({ devDependencies: { typescript: '*' } }));
    await write('packages/one/package.json', JSON.stringify({ dependencies: { two: '*' } }));
    await write('pnpm-lock.yaml', lockfile);
    await mkdir(join(directory, 'scripts'));
    await cp(setup, join(directory, 'scripts/setup.mjs'));
    await npx("echo 'npx was called'; exit 1");
    await compiler('');
    await consoleBuild('');
    await commandBuild('');
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function write(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }

  /** The program that runs as `npx` in the project. */
  async function npx(script: string): Promise<void> {
    await write('bin/npx', `#!/bin/sh\n${script}\n`);
    await chmod(join(directory, 'bin/npx'), 0o755);
    await symlink(process.execPath, join(directory, 'bin/node')).catch(() => undefined);
  }

  function compiler(program: string): Promise<void> {
    return write('node_modules/typescript/bin/tsc', program);
  }

  function consoleBuild(program: string): Promise<void> {
    return write('packages/playground/dist/build/console.js', program);
  }

  function commandBuild(program: string): Promise<void> {
    return write('packages/cli/dist/build/main.js', program);
  }

  async function installed(): Promise<void> {
    await write('node_modules/.pnpm/lock.yaml', lockfile);
    await mkdir(join(directory, 'packages/one/node_modules/two'), { recursive: true });
  }

  async function run(): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const env = { ...environment(), PATH: `${join(directory, 'bin')}${delimiter}/usr/bin:/bin` };
    const command = CommandProcess.program(['node', 'scripts/setup.mjs'], directory, env);
    const { code } = await command.exit;
    return { code, stdout: command.stdout, stderr: command.stderr };
  }

  it('contacts no registry and prints nothing if the dependencies match the lockfile', async () => {
    await installed();
    expect(await run()).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  for (const [what, path, text] of [
    ['the lockfile has changed', 'pnpm-lock.yaml', `${lockfile}packages: {}\n`],
    [
      'a package has a new dependency',
      'packages/one/package.json',
      JSON.stringify({ dependencies: { three: '*' } }),
    ],
  ] as const) {
    it(`installs if ${what}`, async () => {
      await installed();
      await npx('echo "$@" > called; exit 0');
      await write(path, text);
      expect(await run()).to.include({ code: 0, stdout: '' });
      const { stdout } = await shell('cat called');
      expect(stdout).to.match(
        /^--yes pnpm@\d+\.\d+\.\d+ install --frozen-lockfile --prefer-offline$/m,
      );
    });
  }

  async function shell(line: string): Promise<{ stdout: string }> {
    const command = CommandProcess.shell(line, directory);
    await command.exit;
    return command;
  }

  it('reports that the registry cannot be reached, and what to do', async () => {
    await npx(`
      echo 'npm error code ECONNREFUSED' >&2
      echo 'npm error     at TCP.onStreamRead (node:internal/stream_base_commons:217:20)' >&2
      exit 1`);
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/^setup: cannot install the dependencies: npx .* ended with code 1:$/m);
    expect(stderr).to.match(/^setup: {3}npm error code ECONNREFUSED$/m);
    expect(stderr).to.match(/^setup: The npm registry cannot be reached\. Check the network, /m);
    expect(stderr).not.to.contain('onStreamRead');
  });

  it('reports any other reason why the dependencies cannot be installed', async () => {
    await npx("echo 'ERR_PNPM_OUTDATED_LOCKFILE'; exit 3");
    const { code, stderr } = await run();
    expect(code).to.equal(1);
    expect(stderr).to.contain('ended with code 3:\nsetup:   ERR_PNPM_OUTDATED_LOCKFILE\n');
    expect(stderr).not.to.contain('registry');
  });

  it('reports what does not compile', async () => {
    await installed();
    await compiler("console.log('one.ts(1,1): error TS1005'); process.exitCode = 2;");
    const { code, stderr } = await run();
    expect(code).to.equal(1);
    expect(stderr).to.contain(
      'setup: cannot compile the sources: tsc --build ended with code 2:\n' +
        'setup:   one.ts(1,1): error TS1005\n',
    );
  });

  it('builds the console after that, and reports what is wrong with it', async () => {
    await installed();
    await compiler("require('node:fs').writeFileSync('compiled', '');");
    await consoleBuild(damaged('compiled', 'page.css'));
    const { code, stderr } = await run();
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'setup: cannot build the console: its build ended with code 2:\nsetup:   page.css is damaged\n',
    );
  });

  it('builds the command last, and reports what is wrong with it', async () => {
    await installed();
    await consoleBuild("require('node:fs').writeFileSync('console', '');");
    await commandBuild(damaged('console', 'main.js'));
    const { code, stderr } = await run();
    expect(code).to.equal(1);
    expect(stderr).to.equal(
      'setup: cannot build the command: its build ended with code 2:\nsetup:   main.js is damaged\n',
    );
  });

  /** A build that needs the file of an earlier step, and finds a damaged one. */
  function damaged(needed: string, file: string): string {
    return `
      if (!require('node:fs').existsSync('${needed}')) process.exit(9);
      console.log('${file} is damaged');
      process.exitCode = 2;`;
  }

  it('reports its progress on standard error if it takes a while', async () => {
    await npx('sleep 2');
    await compiler('setTimeout(() => undefined, 2000);');
    const { code, stdout, stderr } = await run();
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '' });
    expect(stderr.replaceAll(/\d+ s$/gm, 'N s')).to.equal(
      [
        'setup: installing the dependencies …',
        'setup: done installing the dependencies after N s',
        'setup: compiling the sources …',
        'setup: done compiling the sources after N s',
        '',
      ].join('\n'),
    );
  });
});
