/** The command line as a whole: its commands, its help, and the exit code it comes to. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addAppend } from './commands/append.ts';
import { addBench } from './commands/bench.ts';
import { addCluster } from './commands/cluster.ts';
import { addDelete } from './commands/delete.ts';
import { addGet } from './commands/get.ts';
import { addIncrement } from './commands/incr.ts';
import { addPut } from './commands/put.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { describe, type ExitCode, exitCodeHelp, exitCodes } from './exit-code.ts';
import type { Streams } from './streams.ts';

/** Runs one command line, the program's own name left out, and tells how to exit. Never rejects. */
export async function run(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const helpTexts: string[] = [];
  try {
    await createProgram(streams, helpTexts).parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      await streams.data(helpTexts.join(''));
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    const { lines, exitCode } = describe(error);
    for (const line of lines) streams.note(line);
    return exitCode;
  }
}

function createProgram(streams: Streams, helpTexts: string[]): Command {
  const program = new Command('paxkv')
    .description('A replicated key-value store built on Paxos.')
    .version(readVersion())
    .showHelpAfterError('(--help says more)')
    .addHelpText('after', exitCodeHelp)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => helpTexts.push(text),
      writeErr: (text) => streams.explain(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'paxkv: ')),
    });
  addCluster(program, streams);
  addServe(program, streams);
  addGet(program, streams);
  addPut(program, streams);
  addAppend(program, streams);
  addDelete(program, streams);
  addIncrement(program, streams);
  addStatus(program, streams);
  addBench(program, streams);
  return program;
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return String(manifest.version);
}
