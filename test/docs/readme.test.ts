/** Runs the README's examples against a cluster, as a reader who pastes them would. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Cluster } from './cluster.ts';
import { blocksOf, commandsOf, readPage, root } from './pages.ts';

const run = promisify(execFile);

async function hasProgram(name: string): Promise<boolean> {
  return run(name, ['--version']).then(
    () => true,
    () => false,
  );
}

describe('README.md', function () {
  // Each example is a process, or several, on a machine that may be busy.
  this.timeout(60_000);

  let text: string;
  let cluster: Cluster;

  beforeEach(async () => {
    text = await readPage('README.md');
    cluster = await Cluster.start();
  });

  afterEach(() => cluster.close());

  it('is at most 150 lines long', () => {
    expect(text.split('\n')).to.have.length.of.at.most(150);
  });

  it('shows a client of six lines that prints what it says', async () => {
    const [program = ''] = blocksOf(text, 'js');
    const lines = program.split('\n').filter((line) => line !== '');
    expect(lines).to.have.length(6);
    const flags = ['--input-type=module', '--eval', cluster.translate(program)];
    // Packages resolve from here.
    const { stdout } = await run(process.execPath, flags, { cwd: join(root, 'test') });
    const claimed = [...program.matchAll(/\/\/ ([^:\n]*)/g)].map(([, output]) => output);
    expect(stdout.trimEnd().split('\n')).to.deep.equal(claimed);
  });

  it('shows curl commands with their real output', async function () {
    if (!(await hasProgram('curl'))) this.skip();
    const commands = commandsOf(text).filter(({ command }) => command.startsWith('curl '));
    expect(commands).to.have.length.above(1);
    for (const { command, output } of commands) {
      const { stdout } = await run('sh', ['-c', cluster.translate(command)]);
      expect(stdout.trimEnd(), command).to.equal(output);
    }
  });

  it('shows commands with their real output', async () => {
    const [alias, ...commands] = commandsOf(text).filter(({ command }) =>
      /\bpaxkv\b/.test(command),
    );
    const file = /^alias paxkv="node (.*)"$/.exec(alias?.command ?? '')?.[1] ?? '';
    // Aliases work in interactive shells only: a script uses functions instead.
    const paxkv = `paxkv() { '${process.execPath}' '${join(root, file)}' "$@"; }`;
    const env = { ...process.env, PAXKV_ENDPOINTS: cluster.addresses.join(',') };
    expect(commands).to.have.length.above(2);
    for (const { command, output } of commands) {
      const { stdout } = await run('sh', ['-c', `${paxkv}\n${command}`], { env });
      if (output === '') expect(stdout, command).to.not.equal('');
      else expect(stdout.trimEnd(), command).to.equal(output);
    }
  });

  it('names only npm scripts that exist', async () => {
    const { scripts } = JSON.parse(await readPage('package.json'));
    const pages = [text, await readPage('CONTRIBUTING.md'), await readPage('docs/testing.md')];
    const named = [...pages.join('\n').matchAll(/npm (?:run ([\w:]+)|(start|test))/g)];
    expect(named).to.have.length.above(4);
    for (const [command, script, short] of named) {
      expect(scripts, command).to.have.property(script ?? short ?? '');
    }
  });
});
