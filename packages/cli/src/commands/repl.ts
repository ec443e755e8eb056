import type { Command } from 'commander';
import { messageOf } from '../cli-error.ts';
import { candidatesFor } from '../completion/candidates.ts';
import { ProgramEnd } from '../locked-program.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { History, historyFile } from '../repl/history.ts';
import { lastWordOf, pipedLines, terminalLines } from '../repl/lines.ts';
import { type RunCommand, runLines } from '../repl/repl.ts';
import type { Streams } from '../streams.ts';

/** `run`: runs a line of the loop. */
export function addRepl(program: Command, streams: Streams, run: RunCommand): void {
  const command = program
    .command('repl')
    .description('read commands from a prompt with history and completion, or from a pipe');
  addClientOptions(command).action(async (options: ClientOptions) => {
    setDefaults(options);
    const exitCode = streams.isPiped
      ? await runLines(pipedLines(streams.input), run, streams)
      : await runAtPrompt(program, streams, run);
    if (exitCode !== 0) throw new ProgramEnd(exitCode);
  });
}

async function runAtPrompt(program: Command, streams: Streams, run: RunCommand): Promise<number> {
  const history = new History(historyFile(process.env));
  const complete = (line: string) => {
    const before = line.slice(0, line.length - lastWordOf(line).length);
    return candidatesFor(program, [...before.split(/\s+/).filter(Boolean), lastWordOf(line)]);
  };
  streams.note('each line is a command, such as: put key value. help lists them; Ctrl-D ends.');
  const parts = { input: streams.input, output: process.stderr, history, complete };
  try {
    // A prompt is left with Ctrl-D, whatever has failed before.
    await runLines(terminalLines(parts), run, streams);
    return 0;
  } finally {
    keep(history, streams);
  }
}

function keep(history: History, streams: Streams): void {
  try {
    history.save();
  } catch (error) {
    streams.note(`the lines were not kept: ${messageOf(error)}`);
  }
}

/** The options of `repl` become the defaults of its commands, and of the programs that they run. */
function setDefaults({ endpoints, timeout, ...files }: ClientOptions): void {
  Object.assign(process.env, { PAXKV_ENDPOINTS: endpoints, PAXKV_TIMEOUT: `${timeout}ms` });
  for (const kind of ['token', 'ca', 'cert', 'key'] as const) {
    const file = files[`${kind}File`];
    if (file !== undefined) process.env[`PAXKV_${kind.toUpperCase()}_FILE`] = file;
  }
}
