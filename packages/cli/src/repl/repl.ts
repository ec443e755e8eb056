/** A read-evaluate-print loop: each line is a command line of paxkv, without the name of the program. */
import { Readable } from 'node:stream';
import { CliError, exitCodes, toFailure } from '../cli-error.ts';
import type { Streams } from '../streams.ts';
import { wordsOf } from './words.ts';

/** Runs one command line, and resolves with its exit code. Never rejects. */
export type RunCommand = (args: readonly string[], streams: Streams) => Promise<number>;

const endWords: ReadonlySet<string> = new Set(['exit', 'quit']);
/** Commands that would never end, or would read the lines of the loop. */
const refused: ReadonlySet<string> = new Set(['repl', 'serve', 'cluster']);

/** Runs every line. Resolves with the exit code of the last command that failed, or 0. */
export async function runLines(
  lines: AsyncIterable<string>,
  run: RunCommand,
  streams: Streams,
): Promise<number> {
  let exitCode: number = exitCodes.ok;
  for await (const line of lines) {
    const code = await runLine(line, run, streams);
    if (code === 'end') break;
    if (code !== exitCodes.ok) exitCode = code;
  }
  return exitCode;
}

async function runLine(line: string, run: RunCommand, streams: Streams): Promise<number | 'end'> {
  try {
    const words = wordsOf(line);
    const [first] = words;
    if (first === undefined) return exitCodes.ok;
    if (endWords.has(first)) return 'end';
    if (refused.has(first)) {
      throw new CliError('CLI_USAGE', `${first} cannot be run here; run it in a shell`);
    }
    return await interruptibly((interrupt) => run(words, forCommand(streams, interrupt)));
  } catch (error) {
    const failure = toFailure(error);
    for (const text of failure.lines) streams.note(text);
    return failure.exitCode;
  }
}

/** Runs the command so that Ctrl-C ends it instead of the process. */
async function interruptibly(command: (interrupt: AbortSignal) => Promise<number>) {
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.on('SIGINT', onInterrupt);
  try {
    return await command(interrupt.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Standard input has the lines of the loop, so commands get none. An error that an interrupt causes is not shown. */
function forCommand(streams: Streams, interrupt: AbortSignal): Streams {
  return {
    interrupt,
    input: Readable.from([]),
    isPiped: false,
    isTerminal: streams.isTerminal,
    data: (content) => streams.data(content),
    note: (line) => {
      if (!interrupt.aborted) streams.note(line);
    },
    explain: (text) => streams.explain(text),
  };
}
