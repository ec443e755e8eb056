import { expect } from 'chai';
import { CliError } from 'paxkv/internal/cli-error';
import { ServerUnderTest } from '../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from './captured-streams.ts';

describe('the paxkv command line', () => {
  it('gives help on standard output when asked, with every command and exit code', async () => {
    const { exitCode, printed, explained } = await runCaptured(['--help']);
    expect(exitCode).to.equal(0);
    for (const name of [
      ...['cluster', 'serve', 'get', 'put', 'append', 'delete', 'status', 'bench', 'help'],
    ]) {
      expect(printed).to.match(new RegExp(`^ {2}${name}[ |]`, 'm'));
    }
    for (const code of [0, 1, 2, 3, 4, 5, 6]) {
      expect(printed).to.match(new RegExp(`^ {2}${code} {2}\\w`, 'm'));
    }
    expect(explained).to.equal('');
  });

  for (const args of [['help'], ['--help'], ['-h']]) {
    it(`gives the same help for ${args}`, async () => {
      const { exitCode, printed, explained } = await runCaptured(args);
      expect({ exitCode, explained }).to.deep.equal({ exitCode: 0, explained: '' });
      expect(printed).to.equal((await runCaptured(['help'])).printed);
    });
  }

  for (const args of [
    ['help', 'put'],
    ['help', 'set'],
    ['put', '--help'],
  ]) {
    it(`gives the help of put for ${args.join(' ')}, with the global options`, async () => {
      const { exitCode, printed } = await runCaptured(args);
      expect(exitCode).to.equal(0);
      expect(printed).to.match(/^Usage: paxkv put\|set \[options\] <key> \[value\]/);
      for (const name of ['--endpoints', '--timeout', '--json']) expect(printed).to.contain(name);
    });
  }

  it('gives help on standard error when called with nothing, as a usage error', async () => {
    const { exitCode, printed, explained, notes } = await runCaptured([]);
    expect(exitCode).to.equal(2);
    expect(printed).to.equal('');
    expect(explained).to.match(/^Usage: paxkv/);
    expect(notes).to.deep.equal(['a command is missing']);
  });

  it('prints its version', async () => {
    const { exitCode, printed } = await runCaptured(['--version']);
    expect(exitCode).to.equal(0);
    expect(printed).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  for (const args of [
    ['gett', 'k'],
    ['help', 'gett'],
  ]) {
    it(`says for ${args.join(' ')} that there is no such command`, async () => {
      const { exitCode, printed, notes, explained } = await runCaptured(args);
      expect({ exitCode, printed, explained }).to.deep.equal({
        exitCode: 2,
        printed: '',
        explained: '',
      });
      expect(notes[0]).to.equal("unknown command 'gett'");
      expect(notes.at(-1)).to.equal('see: paxkv help');
    });
  }

  it('suggests a command for a mistyped one', async () => {
    expect((await runCaptured(['gett', 'k'])).notes[1]).to.equal('(Did you mean get?)');
  });

  it('refuses an option that a command does not have, and names its help', async () => {
    const { exitCode, printed, notes } = await runCaptured(['get', 'k', '--colour']);
    expect(exitCode).to.equal(2);
    expect(printed).to.equal('');
    expect(notes).to.deep.equal([
      "unknown option '--colour'",
      'if it is a key, a value or a name, write -- in front of it',
      'see: paxkv help get',
    ]);
  });

  it('refuses surplus arguments', async () => {
    const { exitCode, notes } = await runCaptured(['get', 'one', 'two']);
    expect(exitCode).to.equal(2);
    expect(notes.join()).to.contain('too many arguments');
  });

  it('does not fail twice if help cannot be written', async () => {
    const streams = new CapturedStreams({});
    streams.data = () => Promise.reject(new CliError('CLI_OUTPUT', 'the disk is full'));
    const { exitCode, notes } = await runCaptured(['--help'], streams);
    expect({ exitCode, notes }).to.deep.equal({ exitCode: 6, notes: ['the disk is full'] });
  });
});

describe('an error with --json', () => {
  const usage = { code: 'CLI_USAGE', outcome: 'not done' };

  for (const [args, message] of [
    [['--json'], 'a command is missing'],
    [['gett', '--json'], "unknown command 'gett'"],
    [['get', 'k', '--colour', '--json'], "unknown option '--colour'"],
    [['delete', '--json'], "missing required argument 'key'"],
    [['get', '--json'], 'name either a key or a --prefix'],
    [['get', '--prefix', 'a', 'b', '-o', 'json'], 'name either a key or a --prefix'],
    [['put', 'k', '--json'], 'the value is missing'],
    [
      ['get', 'k', '--json', '-t', 'soon'],
      "option '-t, --timeout <time>' argument 'soon' is invalid",
    ],
    [['get', 'k', '--json', '-e', 'ftp://a:1'], '--endpoints: '],
    [['--json', 'serve', '--node', '0'], '--peers is missing'],
    [['cluster', '--nodes', '0', '--json'], "option '-n, --nodes <count>' argument '0' is invalid"],
    [['bench', '-w', 'a', '--reads', '5', '--json'], '--workload sets'],
  ] as const) {
    it(`is one JSON object on standard error: ${args.join(' ')}`, async () => {
      const { exitCode, printed, notes, explained } = await runCaptured(args);
      expect({ exitCode, printed, notes }).to.deep.equal({ exitCode: 2, printed: '', notes: [] });
      expect(explained).to.match(/^[^\n]+\n$/);
      const { error } = JSON.parse(explained);
      expect(error).to.include(usage);
      expect(error.message.slice(0, message.length)).to.equal(message);
    });
  }

  it('has the code and the outcome of an error of the store', async () => {
    const server = await ServerUnderTest.open();
    const dead = server.url;
    await server.close();
    for (const words of [
      ['get', 'k'],
      ['put', 'k', 'v'],
      ['append', 'k', 'v'],
      ['delete', 'k'],
    ]) {
      const args = [...words, '--json', '-t', '200ms', '-e', dead];
      const { exitCode, printed, explained } = await runCaptured(args);
      expect({ exitCode, printed }).to.deep.equal({ exitCode: 1, printed: '' });
      const { error } = JSON.parse(explained);
      expect(error).to.include({ code: 'KV_UNREACHABLE', outcome: 'not done' });
    }
  });

  it('is text if --json is an argument, behind --', async () => {
    const { notes, explained } = await runCaptured(['get', '-t', 'soon', '--', '--json']);
    expect(notes[0]).to.contain("'soon' is invalid");
    expect(explained).to.equal('');
  });
});
