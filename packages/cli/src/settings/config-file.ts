/** Reads a file of settings: a YAML map from names to values, each with the text that its flag would have. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { CliError, messageOf } from '../cli-error.ts';
import { didYouMean } from './nearest-name.ts';
import type { SettingTable } from './setting.ts';

const bytesMax = 1024 * 1024;

/**
 * The values of the settings in the file, by name.
 *
 * @throws CliError `CLI_USAGE`, with a line for each thing that is wrong.
 */
export async function readConfigFile(
  path: string,
  table: SettingTable,
): Promise<ReadonlyMap<string, unknown>> {
  const entries = await readEntries(path);
  const values = new Map<string, unknown>();
  const problems: string[] = [];
  for (const [name, content] of entries) {
    const setting = Object.hasOwn(table, name) ? table[name] : undefined;
    try {
      if (setting === undefined) {
        throw new InvalidArgumentError(
          `there is no such setting${didYouMean(name, Object.keys(table))}`,
        );
      }
      values.set(name, setting.kind.parse(toText(content)));
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      problems.push(`${path}: ${name}: ${error.message}`);
    }
  }
  if (problems.length > 0) throw new CliError('CLI_USAGE', problems);
  return values;
}

/**
 * Every scalar is taken as the text that the file has: a name of digits stays a name, and each kind of setting
 * parses its own text. Aliases are refused.
 */
async function readEntries(path: string): Promise<[string, unknown][]> {
  // Most servers start without a file.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(readText(path), { schema: 'failsafe', logLevel: 'error' });
  const [error] = document.errors;
  if (error !== undefined) throw unusable(path, error.message.split('\n')[0] ?? 'no YAML');
  const content: unknown = readContent(path, () => document.toJS({ maxAliasCount: 0 }));
  if (content === null || content === '') return [];
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw unusable(path, 'it must be a map from names of settings to values');
  }
  return Object.entries(content);
}

function readContent(path: string, read: () => unknown): unknown {
  try {
    return read();
  } catch (cause) {
    throw unusable(path, messageOf(cause));
  }
}

function readText(path: string): string {
  const bytes = readContent(path, () => readFileSync(path));
  if (!(bytes instanceof Uint8Array) || bytes.length > bytesMax) {
    throw unusable(path, `it is over ${bytesMax} bytes`);
  }
  return new TextDecoder().decode(bytes);
}

function unusable(path: string, why: string): CliError {
  return new CliError('CLI_USAGE', `cannot use the settings in ${path}: ${why}`);
}

/** A list is as good as its parts separated by commas. */
function toText(content: unknown): string {
  const parts = Array.isArray(content) ? content : [content];
  if (parts.every((part) => typeof part === 'string') && parts.length > 0) {
    const text = parts.join(',');
    if (text !== '') return text;
  }
  throw new InvalidArgumentError('It must be a value, or a list of values.');
}
