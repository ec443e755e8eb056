/** Finds the value of each setting: flags come first, then the environment, then the file, then the default. */
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { otherNames } from './command-options.ts';
import { readConfigFile } from './config-file.ts';
import { didYouMean } from './nearest-name.ts';
import { flagOf, type SettingTable, type ValuesOf, variableOf } from './setting.ts';

/** Variables without a flag: a secret has no place on a command line. */
const plainVariables = ['PAXKV_TOKEN'];

/** The values of all settings of a table, and where each was given. */
export interface EffectiveSettings<T extends SettingTable> {
  readonly table: T;
  readonly values: ValuesOf<T>;
  /** `--log-budget`, `PAXKV_LOG_BUDGET` or `logBudget in FILE`, by name. Absent for defaults. */
  readonly places: ReadonlyMap<string, string>;
}

/**
 * The settings of a command whose command line is parsed.
 *
 * @throws CliError `CLI_USAGE` if the file cannot be used, a variable of the environment is none that any command
 * reads, or a required setting is missing.
 */
export async function readSettings<T extends SettingTable>(
  command: Command,
  table: T,
): Promise<EffectiveSettings<T>> {
  refuseUnknownVariables(command);
  const path: unknown = command.getOptionValue(otherNames.config);
  const file =
    typeof path === 'string' ? await readConfigFile(path, table) : new Map<string, unknown>();
  const places = new Map<string, string>();
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const place = placeOf(command, name);
    if (place !== undefined) {
      values[name] = command.getOptionValue(name);
      places.set(name, place);
    } else if (file.has(name)) {
      values[name] = file.get(name);
      places.set(name, `${name} in ${path}`);
    } else values[name] = setting.default;
  }
  refuseMissing(table, values);
  return { table, values: values as ValuesOf<T>, places };
}

function placeOf(command: Command, name: string): string | undefined {
  const source = command.getOptionValueSource(name);
  if (source === 'cli') return flagOf(name);
  return source === 'env' ? variableOf(name) : undefined;
}

function refuseMissing(table: SettingTable, values: Readonly<Record<string, unknown>>): void {
  const missing = Object.keys(table).filter(
    (name) => table[name]?.isRequired && values[name] === undefined,
  );
  if (missing.length === 0) return;
  const lines = missing.map(
    (name) =>
      `${flagOf(name)} is missing; ${variableOf(name)}, or ${name} in the file of --config, may give it too`,
  );
  throw new CliError('CLI_USAGE', lines);
}

/** A mistyped variable would otherwise leave a default in place without a word. */
function refuseUnknownVariables(command: Command): void {
  const program = command.parent ?? command;
  const known = [program, ...program.commands]
    .flatMap(({ options }) => options)
    .flatMap(({ envVar }) => envVar ?? [])
    .concat(plainVariables);
  const unknown = Object.keys(process.env).filter(
    (name) => name.startsWith('PAXKV_') && !known.includes(name),
  );
  if (unknown.length === 0) return;
  const lines = unknown.map((name) => `${name}: no command reads it${didYouMean(name, known)}`);
  throw new CliError('CLI_USAGE', lines);
}
