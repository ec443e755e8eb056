import { expect } from 'chai';
import { ServerUnderTest } from '../../kvserver/api/http/server-under-test.ts';
import { CapturedStreams, runCaptured } from '../captured-streams.ts';
import { clearEnvironment } from '../environment.ts';

describe('paxkv repl', () => {
  let server: ServerUnderTest;

  beforeEach(async () => {
    server = await ServerUnderTest.open();
  });
  afterEach(async () => {
    clearEnvironment();
    await server.close();
  });

  function repl(...lines: readonly string[]) {
    const piped = lines.map((line) => `${line}\n`).join('');
    return runCaptured(['repl', '-e', server.url], new CapturedStreams({ piped }));
  }

  it('runs the commands of a pipe at the servers that it was given', async () => {
    const { exitCode, printed, notes } = await repl(`put a 'one two'`, 'get a', 'delete a');
    expect({ exitCode, notes }).to.deep.equal({ exitCode: 0, notes: [] });
    expect(printed).to.contain('one two');
  });

  it('goes on after a command that failed, and exits with its code', async () => {
    const { exitCode, printed, notes } = await repl('get none', 'put a 1', 'get a');
    expect(exitCode).to.equal(5);
    expect(notes[0]).to.contain('no such key');
    expect(printed).to.match(/1$/);
  });

  it('ends a watch at an interrupt', async () => {
    const interrupt = new AbortController();
    const streams = Object.assign(new CapturedStreams({}), { interrupt: interrupt.signal });
    const watch = runCaptured(['watch', '--prefix', 'a', '-e', server.url], streams);
    setTimeout(() => interrupt.abort(), 50);
    expect((await watch).printed).to.equal('');
  });

  it('knows the help of every command', async () => {
    const { exitCode, printed } = await repl('help', 'help put');
    expect(exitCode).to.equal(0);
    expect(printed).to.contain('Usage: paxkv put');
  });
});
