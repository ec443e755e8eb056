/** The parsers of option values, and the global options, which may stand before or after a command. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from './cli-error.ts';

/** The options of every command that talks to a cluster. */
export interface ClientOptions extends OutputOptions {
  /** Server addresses separated by commas. */
  readonly endpoints: string;
  /** Milliseconds for the whole call, retries included. */
  readonly timeout: number;
}

/** The options of every command. */
export interface OutputOptions {
  readonly json?: true;
}

const globalNames = ['endpoints', 'timeout', 'json'] as const;
type GlobalName = (typeof globalNames)[number];

/** The longest delay of a timer. */
const timeoutMsMax = 2 ** 31 - 1;
const timeoutMsDefault = 10_000;
/** The largest limit that a server accepts. */
const logBudgetMax = 2 ** 31 - 1;
const logWindowMax = 2 ** 50;

export const endpointsDefault = [4401, 4402, 4403]
  .map((port) => `http://127.0.0.1:${port}`)
  .join(',');

/** Defines the global options on the program, so that they may stand before or after a command. */
export function addGlobalOptions(program: Command): Command {
  return program
    .addOption(
      new Option('-e, --endpoints <urls>', 'servers to talk to, separated by commas')
        .env('PAXKV_ENDPOINTS')
        .default(endpointsDefault),
    )
    .addOption(
      new Option('-t, --timeout <time>', 'give up after this time: 500ms, 5s, 2m')
        .env('PAXKV_TIMEOUT')
        .argParser(durationMs(1, timeoutMsMax))
        .default(timeoutMsDefault, '10s'),
    )
    .option('--json', 'print results and errors as JSON');
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
    visibleGlobalOptions: ({ parent }) =>
      (parent?.options ?? []).filter((option) => isTaken(option.attributeName())),
  });
  return command.hook('preAction', (_, action) => {
    for (const name of globalNames) {
      const { parent } = action;
      if (isTaken(name)) action.setOptionValue(name, parent?.getOptionValue(name));
      else if (parent?.getOptionValueSource(name) === 'cli') {
        throw new CliError('CLI_USAGE', `paxkv ${action.name()} takes no --${name}`);
      }
    }
  });
}

/** Parses a whole number from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

/**
 * Parses a time into whole milliseconds from `minMs` to `maxMs`, both included: `500ms`, `1.5s`, `2m`. A
 * number without a unit is in milliseconds.
 */
export function durationMs(minMs: number, maxMs: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = 'ms'] = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m)?$/.exec(text) ?? [];
    const valueMs = digits === '' ? Number.NaN : Math.round(Number(digits) * (unitMs[unit] ?? 1));
    if (valueMs >= minMs && valueMs <= maxMs) return valueMs;
    throw new InvalidArgumentError(
      `It must be a time such as 500ms, 5s or 2m, from ${minMs} to ${maxMs} milliseconds.`,
    );
  };
}

const unitBytes: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

/**
 * Parses a size into whole bytes from `min` to `max`, both included: `128MiB`, `1.5GiB`. A number without a
 * unit is in bytes.
 */
export function byteCount(min: number, max: number): (text: string) => number {
  return (text) => {
    const [, digits = '', unit = 'B'] =
      /^(\d{1,12}(?:\.\d{1,3})?)(B|KiB|MiB|GiB)?$/.exec(text) ?? [];
    const bytes = digits === '' ? Number.NaN : Math.round(Number(digits) * (unitBytes[unit] ?? 1));
    if (bytes >= min && bytes <= max) return bytes;
    throw new InvalidArgumentError(
      `It must be a size such as 512KiB, 128MiB or 1GiB, from ${min} to ${max} bytes.`,
    );
  };
}

/** What a node keeps of the log in memory for others that are away. The server has the default. */
export function logBudgetOption(): Option {
  return new Option(
    '--log-budget <bytes>',
    'memory for what nodes that are away still lack: 64MiB, 1GiB; 128MiB if not given',
  )
    .env('PAXKV_LOG_BUDGET')
    .argParser(byteCount(1, logBudgetMax));
}

/** What a node keeps of the log on disk for others that are away, beyond the budget. The server has the default. */
export function logWindowOption(): Option {
  return new Option(
    '--log-window <bytes>',
    'disk for what nodes that are away for longer lack: 512MiB, 8GiB; 1GiB if not given',
  )
    .env('PAXKV_LOG_WINDOW')
    .argParser(byteCount(1, logWindowMax));
}

/**
 * Parses a switch that may come from the environment, where it has a value. The empty text means no, so
 * that a variable that is set but empty turns nothing on.
 */
export function yesOrNo(text: string): boolean {
  if (/^(?:yes|true|1)$/i.test(text)) return true;
  if (/^(?:no|false|0|)$/i.test(text)) return false;
  throw new InvalidArgumentError('It must be yes or no.');
}

/** The switch of the console. The positive form is there for the environment only, where it has a value. */
export function consoleOptions(): Option[] {
  return [
    new Option('--no-console', 'offer no page to browsers at / (env: PAXKV_CONSOLE=no)'),
    new Option('--console [yes|no]').env('PAXKV_CONSOLE').argParser(yesOrNo).hideHelp(),
  ];
}

/** The parts of a list, without the spaces around them and without empty ones. */
export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
