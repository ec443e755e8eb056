/** The command line as a whole: its commands, its help and its exit code. */
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { CliError, exitCodeHelp, exitCodes, toErrorReply, toFailure } from './cli-error.ts';
import { type AddCommand, loadCommands } from './command-table.ts';
import { ProgramEnd } from './locked-program.ts';
import { addGlobalOptions } from './options.ts';
import { jsonLine, type Streams, withJsonNotes } from './streams.ts';

/**
 * Runs one command line, given without the program's name, and resolves with its exit code. Rejects only if the files of
 * the command cannot be loaded.
 */
export async function run(args: readonly string[], given: Streams): Promise<number> {
  const isJson = asksForJson(args);
  const streams = isJson ? withJsonNotes(given) : given;
  const commands = await loadCommands(args);
  try {
    await parse(args, streams, commands);
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof ProgramEnd) return error.exitCode;
    const failure = toFailure(error);
    if (isJson) given.explain(jsonLine(toErrorReply(failure)));
    else for (const line of failure.lines) streams.note(line);
    return failure.exitCode;
  }
}

/**
 * Whether `--json` or `-o json` is given. Searches the arguments, since a wrong command line has no parsed options.
 */
function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  const words = args.slice(0, end < 0 ? args.length : end);
  const isForm = (word: string, at: number) =>
    word === 'json' && ['-o', '--output'].includes(words[at - 1] ?? '');
  return words.includes('--json') || words.includes('--output=json') || words.some(isForm);
}

async function parse(
  args: readonly string[],
  streams: Streams,
  commands: readonly AddCommand[],
): Promise<void> {
  const help: HelpTexts = { asked: [], unasked: [] };
  const program = createProgram(streams, help, commands);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return streams.data(help.asked.join(''));
    if (error.code !== 'commander.help') throw toUsageError(error, program, args);
    streams.explain(help.unasked.join(''));
    throw new CliError('CLI_USAGE', 'a command is missing');
  }
}

/** The texts of the parser. They are kept here, to be printed as text or JSON as requested. */
interface HelpTexts {
  readonly asked: string[];
  /** Printed because the command line is wrong. */
  readonly unasked: string[];
}

function createProgram(
  streams: Streams,
  help: HelpTexts,
  commands: readonly AddCommand[],
): Command {
  const program = new Command('paxkv')
    .description('A replicated key-value store built on Paxos.')
    .version(readVersion())
    .addHelpText('after', exitCodeHelp)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => help.asked.push(text),
      writeErr: (text) => help.unasked.push(text),
    });
  addGlobalOptions(program).setOptionValue('interrupt', streams.interrupt);
  for (const add of commands) add(program, streams, run);
  addHelp(program);
  return program;
}

function addHelp(program: Command): void {
  program
    .command('help')
    .description('show the help of a command')
    .argument('[command]')
    .action((name: string | undefined) => {
      if (name === undefined) program.help();
      findCommand(program, [name])?.help();
      program.error(`unknown command '${name}'`);
    });
}

function toUsageError(error: CommanderError, program: Command, args: readonly string[]): CliError {
  const message = error.message.replace(/^error: /, '');
  const words = args.filter((word) => word !== 'help');
  const name = findCommand(program, words)?.name();
  const hint = name === undefined ? 'paxkv help' : `paxkv help ${name}`;
  const isOption = name !== undefined && error.code === 'commander.unknownOption';
  const advice = isOption ? [`if it is a key, a value or a name, write -- in front of it`] : [];
  return new CliError('CLI_USAGE', [...message.split('\n'), ...advice, `see: ${hint}`], {
    cause: error,
  });
}

/** The command named by the first word that names a command. */
function findCommand(program: Command, words: readonly string[]): Command | undefined {
  const named = (word: string) =>
    program.commands.find((command) => [command.name(), ...command.aliases()].includes(word));
  return words.map(named).find((command) => command !== undefined);
}

function readVersion(): string {
  const manifest = createRequire(import.meta.url)('../package.json');
  return String(manifest.version);
}
