import { expect } from 'chai';
import { runCaptured } from './captured-streams.ts';

describe('the paxkv command line', () => {
  it('gives help on standard output when asked, with every command and exit code', async () => {
    const { exitCode, printed, explained } = await runCaptured(['--help']);
    expect(exitCode).to.equal(0);
    for (const name of ['cluster', 'serve', 'get', 'put', 'append', 'delete', 'status']) {
      expect(printed).to.match(new RegExp(`^ {2}${name} `, 'm'));
    }
    for (const code of [0, 1, 2, 3, 4]) {
      expect(printed).to.match(new RegExp(`^ {2}${code} {2}\\w`, 'm'));
    }
    expect(explained).to.equal('');
  });

  it('gives help on standard error when called with nothing, as bad usage', async () => {
    const { exitCode, printed, explained } = await runCaptured([]);
    expect(exitCode).to.equal(2);
    expect(printed).to.equal('');
    expect(explained).to.match(/^Usage: paxkv/);
  });

  it('prints its version', async () => {
    const { exitCode, printed } = await runCaptured(['--version']);
    expect(exitCode).to.equal(0);
    expect(printed).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('suggests a command for a mistyped one', async () => {
    const { exitCode, explained } = await runCaptured(['gett', 'k']);
    expect(exitCode).to.equal(2);
    expect(explained).to.match(/^paxkv: unknown command 'gett'\n\(Did you mean get\?\)/);
  });

  it('refuses an option that a command does not have', async () => {
    const { exitCode, printed, explained } = await runCaptured(['get', 'k', '--colour']);
    expect(exitCode).to.equal(2);
    expect(printed).to.equal('');
    expect(explained).to.match(/^paxkv: unknown option '--colour'/);
  });

  it('refuses surplus arguments', async () => {
    const { exitCode, explained } = await runCaptured(['get', 'one', 'two']);
    expect(exitCode).to.equal(2);
    expect(explained).to.contain('too many arguments');
  });
});
