/** The global options, which may stand before or after a command. */
import { Command, Option } from 'commander';
import { CliError } from './cli-error.ts';
import type { CredentialOptions } from './credentials.ts';
import { duration } from './settings/kinds.ts';

/** The options of every command that talks to a cluster. */
export interface ClientOptions extends OutputOptions, CredentialOptions {
  /** Server addresses separated by commas. */
  readonly endpoints: string;
  /** Milliseconds for the whole call, retries included. */
  readonly timeout: number;
  /** Ends the command: set by the program, not by the command line. */
  readonly interrupt?: AbortSignal;
}

/** The options of every command. */
export interface OutputOptions {
  readonly json?: true;
}

const globalNames = [
  'endpoints',
  'timeout',
  'tokenFile',
  'caFile',
  'certFile',
  'keyFile',
  'json',
  'interrupt',
] as const;
type GlobalName = (typeof globalNames)[number];

/** The longest delay of a timer. */
const timeoutMsMax = 2 ** 31 - 1;
const timeoutMsDefault = 10_000;
export const endpointsDefault = [4401, 4402, 4403]
  .map((port) => `http://127.0.0.1:${port}`)
  .join(',');

/** Defines the global options on the program: for those that stand before a command. */
export function addGlobalOptions(program: Command): Command {
  // Otherwise the program would take the value of a command's option, such as `--seed -Vx`, for an option of its own.
  return program
    .enablePositionalOptions()
    .addOption(
      new Option('-e, --endpoints <urls>', 'servers to talk to, separated by commas')
        .env('PAXKV_ENDPOINTS')
        .default(endpointsDefault),
    )
    .addOption(
      new Option('-t, --timeout <time>', 'give up after this time: 500ms, 5s, 2m')
        .env('PAXKV_TIMEOUT')
        .argParser(duration(1, timeoutMsMax).parse)
        .default(timeoutMsDefault, '10s'),
    )
    .addOption(fileOption('token', 'file with the token of a user; PAXKV_TOKEN may hold the token'))
    .addOption(fileOption('ca', 'certificate of the authority that signed those of the servers'))
    .addOption(fileOption('cert', 'certificate of a user'))
    .addOption(fileOption('key', 'private key of that certificate'))
    .option('--json', 'print results and errors as JSON');
}

function fileOption(name: string, text: string): Option {
  return new Option(`--${name}-file <file>`, text).env(`PAXKV_${name.toUpperCase()}_FILE`);
}

/** For a command that talks to a cluster: its action gets `ClientOptions`. */
export function addClientOptions(command: Command): Command {
  return takeGlobals(command, globalNames);
}

/** For a command that talks to no cluster: its action gets `OutputOptions`. */
export function addOutputOptions(command: Command): Command {
  return takeGlobals(command, ['json']);
}

/** Passes the named global options to the command's action, and refuses the others. */
function takeGlobals(command: Command, names: readonly GlobalName[]): Command {
  const isTaken = (name: string) => names.some((taken) => taken === name);
  command.configureHelp({
    showGlobalOptions: true,
    visibleGlobalOptions: (shown) =>
      rootOf(shown).options.filter((option) => isTaken(option.attributeName())),
  });
  addGlobalsBehind(command);
  return command.hook('preAction', (_, action) => {
    for (const name of globalNames) {
      const line = [action, ...ancestorsOf(action)];
      const giver = line.find((one) => one.getOptionValueSource(name) === 'cli');
      if (isTaken(name)) {
        action.setOptionValue(name, (giver ?? rootOf(action)).getOptionValue(name));
      } else if (giver !== undefined) {
        throw new CliError('CLI_USAGE', `paxkv ${action.name()} takes no --${kebab(name)}`);
      }
    }
  });
}

/** Lets global options stand behind the name of the command or group as well. Its help has them from the program. */
export function addGlobalsBehind(command: Command): Command {
  command.enablePositionalOptions();
  const program = addGlobalOptions(new Command());
  for (const { flags, parseArg } of program.options) {
    const option = new Option(flags).hideHelp();
    if (parseArg !== undefined) option.argParser(parseArg);
    command.addOption(option);
  }
  return command;
}

/** The group of the command, if it is in one, and the program. */
function ancestorsOf({ parent }: Command): Command[] {
  return parent === null ? [] : [parent, ...ancestorsOf(parent)];
}

/** The program, which has the defaults of the global options. */
function rootOf(command: Command): Command {
  return ancestorsOf(command).at(-1) ?? command;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The parts of a list, without the spaces around them and without empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
