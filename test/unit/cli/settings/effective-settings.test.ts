import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { Command, Option } from 'commander';
import { CliError } from 'paxkv/internal/cli-error';
import { addSettings } from 'paxkv/internal/settings/command-options';
import { readSettings } from 'paxkv/internal/settings/effective-settings';
import { serveSettings } from 'paxkv/internal/settings/table';
import { rejectionOf } from '../../simulator/rejection.ts';
import { clearEnvironment, setEnvironment } from '../environment.ts';

const required = ['--node', '0', '--peers', '127.0.0.1:1', '--data', 'd'];

function read(args: readonly string[]) {
  const program = new Command('paxkv').addOption(
    new Option('--endpoints <urls>').env('PAXKV_ENDPOINTS'),
  );
  const command = program
    .command('serve')
    .exitOverride()
    .action(() => undefined);
  addSettings(command, serveSettings);
  program.exitOverride().parse(['serve', ...args], { from: 'user' });
  return readSettings(command, serveSettings);
}

describe('the effective settings', () => {
  let directory: string;
  let file: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'paxkv-settings-'));
    file = join(directory, 'paxkv.yaml');
  });
  afterEach(async () => {
    clearEnvironment();
    await rm(directory, { recursive: true });
  });

  it('prefer a flag to the environment, that to the file, and the file to the default', async () => {
    await writeFile(file, 'logBudget: 1MiB\nlogWindow: 1MiB\nlogLevel: debug\n');
    setEnvironment({ PAXKV_LOG_BUDGET: '2MiB', PAXKV_LOG_WINDOW: '2MiB', PAXKV_CONFIG: file });
    const { values, places } = await read([...required, '--log-budget', '3MiB']);
    expect(values).to.include({
      logBudget: 3 * 1024 ** 2,
      logWindow: 2 * 1024 ** 2,
      logLevel: 'debug',
      cluster: 'paxkv',
    });
    expect(
      ['logBudget', 'logWindow', 'logLevel', 'cluster'].map((name) => places.get(name)),
    ).to.deep.equal(['--log-budget', 'PAXKV_LOG_WINDOW', `logLevel in ${file}`, undefined]);
  });

  it('let each source turn a switch on and off', async () => {
    expect((await read(required)).values).to.include({ console: true, trace: false });
    await writeFile(file, 'console: no\ntrace: yes\n');
    const fromFile = [...required, '--config', file];
    expect((await read(fromFile)).values).to.include({ console: false, trace: true });
    expect((await read([...fromFile, '--console', '--trace', 'no'])).values).to.include({
      console: true,
      trace: false,
    });
    expect((await read([...required, '--no-console', '--trace'])).values).to.include({
      console: false,
      trace: true,
    });
    setEnvironment({ PAXKV_CONSOLE: 'yes', PAXKV_TRACE: 'no' });
    expect((await read(fromFile)).values).to.include({ console: true, trace: false });
  });

  it('take what is required from the file too', async () => {
    await writeFile(file, 'node: 0\npeers: [127.0.0.1:1]\ndata: d\n');
    expect((await read(['--config', file])).values).to.include({ node: 0, data: 'd' });
    expect(await rejectionOf(read([])))
      .to.be.instanceOf(CliError)
      .with.property('message')
      .that.matches(/^--node is missing; PAXKV_NODE, or node in the file/);
  });

  it('refuse a variable that no command reads, and say what it may mean', async () => {
    setEnvironment({ PAXKV_LOG_BUGDET: '1GiB', PAXKV_ENDPOINTS: 'http://a:1' });
    expect(await rejectionOf(read(required)))
      .to.be.instanceOf(CliError)
      .with.property('message')
      .that.matches(/^PAXKV_LOG_BUGDET: no command reads it; did you mean PAXKV_LOG_BUDGET\?$/);
  });

  it('leave alone the token of a user, which is for other commands', async () => {
    setEnvironment({ PAXKV_TOKEN: 'secret' });
    expect((await read(required)).places.size).to.equal(3);
  });
});
