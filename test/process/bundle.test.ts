/** The bundle of the command in processes: what they load, and what they find beside it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from './command.ts';
import { CommandProcess } from './command-process.ts';
import { freePorts } from './free-ports.ts';
import { LoadedFiles } from './loaded-files.ts';
import { environment, paxkv } from './server-process.ts';

describe('the bundle of the paxkv command', function () {
  // Each test runs one to four processes, on a machine that may be busy.
  this.timeout(60_000);

  let directory: string;
  let server: CommandProcess;
  let address: string;
  let loadedByServer: LoadedFiles;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-bundle-'));
    const [port] = await freePorts(1);
    address = `127.0.0.1:${port}`;
    const flags = ['--node', '0', '--peers', address, '--data', 'data', '--log-format', 'text'];
    const line = [process.execPath, paxkv, 'serve', ...flags];
    loadedByServer = await LoadedFiles.create();
    const env = { ...environment(), ...loadedByServer.environment };
    server = CommandProcess.program(line, directory, env);
    await server.says(/INFO: node 0: election won/);
  });
  after(async () => {
    server.signal('SIGTERM');
    await server.exit;
    await rm(directory, { recursive: true });
  });

  const run = (...words: string[]) => runCommand([address], words);

  async function expectDone(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...words);
    expect(code, stderr).to.equal(0);
    return stdout;
  }

  async function filesOf(...words: string[]): Promise<string[]> {
    const loaded = await LoadedFiles.create();
    const done = await runCommand([address], words, { more: loaded.environment });
    expect(done.code, done.stderr).to.equal(0);
    const files = await loaded.take();
    return files.map((file) => basename(file));
  }

  it('is loaded in few files, and without the server where there is none', async () => {
    expect(await filesOf('--version')).to.have.length.of.at.most(24);
    const forPut = await filesOf('put', 'colour', 'blue');
    expect(forPut).to.have.length.of.at.most(40);
    expect(forPut).to.include('kv-client.js').and.not.include('run-node.js');
  });

  it('has its version, and completions', async () => {
    expect(await expectDone('--version')).to.match(/^\d+\.\d+\.\d+\n$/);
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect(await expectDone('completion', shell)).to.contain('paxkv');
    }
    expect(await expectDone('complete', '--', 'compl')).to.contain('completion');
  });

  it('has the console and the description of the interface', async () => {
    const get = async (path: string) => (await fetch(`http://${address}${path}`)).text();
    expect(await get('/console')).to.match(/^<!doctype html>/);
    expect(await get('/console/page.js')).to.have.length.above(1000);
    const { info } = JSON.parse(await get('/openapi.json'));
    expect(info.version).to.equal((await expectDone('--version')).trim());
  });

  it('makes certificates', async () => {
    await expectDone('certs', join(directory, 'certs'), '--cluster', 'bundle');
    expect(await readdir(join(directory, 'certs'))).to.include.members(['ca.pem', 'member-0.pem']);
  });

  it('runs lines of the prompt', async () => {
    const lines = join(directory, 'lines');
    await writeFile(lines, 'put shape round\nget shape\n');
    const shell = `sh -c "'${process.execPath}' '${paxkv}' repl -e ${address} < '${lines}'"`;
    const prompt = CommandProcess.shell(shell, directory);
    expect(await prompt.exit).to.deep.equal({ code: 0, signal: null });
    expect(prompt.stdout).to.match(/^\d+\nround\n?$/);
  });

  it('takes, reads and restores backups', async () => {
    const [backup, restored] = [join(directory, 'backup'), join(directory, 'restored')];
    await expectDone('backup', backup);
    expect(await expectDone('verify', backup)).to.match(/^intact: /);
    await expectDone('restore', backup, '--data', restored, '--nodes', '1');
    expect(await readdir(restored)).to.not.deep.equal([]);
  });

  it('measures a cluster', async () => {
    expect(await expectDone('bench', '--seconds', '1', '--warm-up', '0', '--keys', '10')).to.match(
      /puts/,
    );
  });

  it('serves with its own files and the package with native code alone', async () => {
    server.signal('SIGTERM');
    expect(await server.exit).to.deep.equal({ code: 0, signal: null });
    const files = await loadedByServer.take();
    const others = files.filter((file) => dirname(file) !== dirname(paxkv));
    const packages = others.map((file) => /.*\/node_modules\/([^/]+)/.exec(file)?.[1] ?? file);
    expect(packages).to.include('classic-level');
    const licences = await readFile(join(dirname(paxkv), 'licences.txt'), 'utf8');
    const contained = packages.filter((name) => licences.includes(`\n${name} `));
    expect([...contained, ...packages.filter((name) => name.includes('/'))]).to.deep.equal([]);
  });
});
