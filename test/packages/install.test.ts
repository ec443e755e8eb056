/** Installs the packages into a project outside the repository, and uses them there as any user would. */
import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { Cluster } from '../docs/cluster.ts';
import { blocksOf, readPage, root } from '../docs/pages.ts';
import { CommandProcess } from '../process/command-process.ts';
import { freePorts } from '../process/free-ports.ts';
import { LoadedFiles } from '../process/loaded-files.ts';
import { publishedNames } from '../tidy/source-tree.ts';
import { Consumer, NoRegistryError } from './consumer.ts';

/** Every public entry point. */
const entryPoints = [
  '@paxkv/client',
  '@paxkv/kvserver',
  '@paxkv/paxos',
  '@paxkv/paxos/core',
  '@paxkv/paxos-level',
  '@paxkv/protocol',
  '@paxkv/simulator',
];
const typeScript = createRequire(import.meta.url).resolve('typescript/package.json');
const compiler = join(typeScript, '../bin/tsc');
/**
 * The strictest compiler options that a user is likely to have; they also check the packages'
 * declarations.
 */
const compilerFlags = [
  ...['--ignoreConfig', '--noEmit', '--strict', '--exactOptionalPropertyTypes'],
  ...['--noUncheckedIndexedAccess', '--target', 'es2023', '--types', 'node'],
  ...['--typeRoots', join(root, 'node_modules/@types')],
];

describe('the packages, installed from tarballs', function () {
  // Packing and installing use the disk heavily, and each program is a process.
  this.timeout(120_000);

  let consumer: Consumer;
  let cluster: Cluster;
  let program: string;

  before(async function () {
    try {
      consumer = await Consumer.install();
    } catch (error) {
      if (!(error instanceof NoRegistryError)) throw error;
      console.log('    skipped: npm cannot reach its registry, which has the dependencies');
      this.skip();
    }
    cluster = await Cluster.start();
    const [shown = ''] = blocksOf(await readPage('README.md'), 'js');
    program = cluster.translate(shown);
  });

  after(async () => {
    await cluster?.close();
    await consumer?.remove();
  });

  /** Runs a file of the project, which must print the output in the README, without a warning. */
  async function expectToRun(name: string, text: string): Promise<void> {
    await consumer.write(name, text);
    const { stdout, stderr } = await consumer.run(process.execPath, [name]);
    expect(stdout).to.equal('blue\nundefined\n');
    expect(stderr).to.equal('');
  }

  async function expectToCompile(name: string, text: string, module: readonly string[]) {
    await consumer.write(name, text);
    await consumer.run(process.execPath, [compiler, ...compilerFlags, ...module, name]);
  }

  it('run the program of the README as an ECMAScript module', () =>
    expectToRun('program.mjs', program));

  it('run the program of the README as a CommonJS module, without a warning', () =>
    expectToRun('program.cjs', toCommonJs(program)));

  for (const { resolution, module } of [
    { resolution: 'nodenext', module: 'nodenext' },
    { resolution: 'bundler', module: 'esnext' },
  ]) {
    const flags = ['--moduleResolution', resolution, '--module', module];

    it(`have types for the program of the README by the resolution ${resolution}`, () =>
      expectToCompile('program.mts', program, flags));

    it(`have types for every entry point by the resolution ${resolution}`, () => {
      const imports = entryPoints.map((name, index) => `import * as m${index} from '${name}';`);
      const used = entryPoints.map((_, index) => `console.log(m${index});`);
      return expectToCompile('entry-points.mts', [...imports, ...used].join('\n'), flags);
    });
  }

  it('have types for a CommonJS module', () => {
    const flags = ['--moduleResolution', 'nodenext', '--module', 'nodenext'];
    const text = "import { KvClient } from '@paxkv/client';\nconsole.log(KvClient.name);\n";
    return expectToCompile('program.cts', text, flags);
  });

  it('do not export internal files', async () => {
    const files = ['client', 'kvserver', 'paxos', 'protocol'].map(
      (name) => `import('@paxkv/${name}/internal/index').then(String, ({ code }) => code)`,
    );
    await consumer.write('internal.mjs', `console.log(await Promise.all([${files}]));\n`);
    const { stdout } = await consumer.run(process.execPath, ['internal.mjs']);
    expect(stdout.match(/ERR_PACKAGE_PATH_NOT_EXPORTED/g)).to.have.length(files.length);
  });

  it('ship the licence, the README and the sources', async () => {
    for (const name of publishedNames()) {
      const folder = join('node_modules', name === 'cli' ? 'paxkv' : `@paxkv/${name}`);
      const code = name === 'cli' ? ['bundle'] : ['dist', 'src'];
      expect(await readdir(join(consumer.folder, folder)), name).to.have.members([
        ...['LICENSE', 'README.md', 'package.json', ...code],
      ]);
    }
  });

  it('ship the console, which nothing needs to build', async () => {
    const folder = join(consumer.folder, 'node_modules/@paxkv/kvserver/dist/console');
    expect(await readdir(folder)).to.have.members(['index.html', 'page.css', 'page.js']);
  });

  it('include the command, which reaches a cluster', async () => {
    const flags = ['--endpoints', cluster.addresses.join(',')];
    const paxkv = join(consumer.folder, 'node_modules/.bin/paxkv');
    await consumer.run(paxkv, ['put', ...flags, 'shell', 'bash']);
    const { stdout } = await consumer.run(paxkv, ['get', ...flags, 'shell']);
    expect(stdout).to.equal('bash');
  });

  it('include the command, which serves without the packages that its bundle contains', async () => {
    const [port] = await freePorts(1);
    const loaded = await LoadedFiles.create();
    const server = CommandProcess.program(
      [
        join(consumer.folder, 'node_modules/.bin/paxkv'),
        ...['serve', '--node', '0', '--peers', `127.0.0.1:${port}`, '--data', 'data'],
      ],
      consumer.folder,
      { ...process.env, ...loaded.environment },
    );
    await server.says(/election won/);
    const page = await fetch(`http://127.0.0.1:${port}/console`);
    expect(await page.text()).to.match(/^<!doctype html>/);
    server.signal('SIGTERM');
    expect(await server.exit).to.deep.equal({ code: 0, signal: null });
    const packages = (await loaded.take()).map(
      (file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? '',
    );
    expect(packages).to.include.members(['paxkv', 'classic-level']);
    expect(packages).not.to.include.oneOf(['@paxkv/kvserver', '@paxkv/protocol', 'express', 'zod']);
  });
});

/** The same program with `require`, and without top-level `await`. */
function toCommonJs(program: string): string {
  const required = program.replace(/^import (\{.*\}) from (.*);$/gm, 'const $1 = require($2);');
  return `void (async () => {\n${required}})();\n`;
}
