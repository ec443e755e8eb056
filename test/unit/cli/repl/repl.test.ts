import { once } from 'node:events';
import { expect } from 'chai';
import { runLines } from 'paxkv/internal/repl/repl';
import type { Streams } from 'paxkv/internal/streams';
import { CapturedStreams } from '../captured-streams.ts';

/** Runs these lines with commands that do nothing but end with a code. */
async function runAll(lines: readonly string[], codes: Readonly<Record<string, number>> = {}) {
  const streams = new CapturedStreams({ piped: 'not for the commands' });
  const commands: (readonly string[])[] = [];
  const inputs: string[] = [];
  async function* each() {
    yield* lines;
  }
  const exitCode = await runLines(
    each(),
    async (args, { isPiped, input }) => {
      commands.push(args);
      for await (const bytes of input) inputs.push(String(bytes));
      if (isPiped) inputs.push('a pipe');
      return codes[args[0] ?? ''] ?? 0;
    },
    streams,
  );
  return { exitCode, commands, inputs, notes: streams.notes };
}

describe('runLines', () => {
  it('runs every line as a command, which gets nothing of the input', async () => {
    const { exitCode, commands, inputs } = await runAll(['get a', '', '# b', `put a 'b c'`]);
    expect(commands).to.deep.equal([
      ['get', 'a'],
      ['put', 'a', 'b c'],
    ]);
    expect(inputs).to.deep.equal([]);
    expect(exitCode).to.equal(0);
  });

  it('goes on after a failure, and ends with the code of the last one', async () => {
    const lines = ['get a', 'put b', 'del c', 'ls'];
    const { exitCode, commands } = await runAll(lines, { get: 5, del: 7 });
    expect(commands).to.have.lengthOf(4);
    expect(exitCode).to.equal(7);
  });

  it('ends at exit and at quit', async () => {
    expect((await runAll(['get a', 'exit', 'get b'])).commands).to.deep.equal([['get', 'a']]);
    expect((await runAll(['quit', 'get b'])).commands).to.deep.equal([]);
  });

  it('says what is wrong with a line, and goes on', async () => {
    const { exitCode, commands, notes } = await runAll([`get 'a`, 'get a']);
    expect(commands).to.deep.equal([['get', 'a']]);
    expect({ exitCode, notes }).to.deep.equal({ exitCode: 2, notes: ["a closing ' is missing"] });
  });

  it('ends a command at an interrupt, says nothing of its failure, and goes on', async () => {
    const streams = new CapturedStreams({});
    const listenerCount = process.listenerCount('SIGINT');
    async function* lines() {
      yield* ['watch', 'get'];
    }
    const commands: string[] = [];
    const run = async ([name = '']: readonly string[], { interrupt, note }: Streams) => {
      commands.push(name);
      if (name !== 'watch' || interrupt === undefined) return 0;
      const interrupted = once(interrupt, 'abort');
      process.emit('SIGINT');
      await interrupted;
      note('the client was closed');
      return 1;
    };
    expect(await runLines(lines(), run, streams)).to.equal(1);
    expect(commands).to.deep.equal(['watch', 'get']);
    expect(streams.notes).to.deep.equal([]);
    expect(process.listenerCount('SIGINT')).to.equal(listenerCount);
  });

  it('refuses commands that do not end', async () => {
    for (const name of ['repl', 'serve', 'cluster']) {
      const { exitCode, commands, notes } = await runAll([`${name} --node 0`]);
      expect({ exitCode, commands }).to.deep.equal({ exitCode: 2, commands: [] });
      expect(notes[0]).to.contain(name);
    }
  });
});
