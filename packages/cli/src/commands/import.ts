import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { KvError } from '@paxkv/client';
import { Argument, type Command } from 'commander';
import { CliError, messageOf } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { type KeyAndValue, readEntryLine } from '../transfer/entry-line.ts';
import { progressOf } from '../transfer/entry-progress.ts';
import { putAll } from '../transfer/put-batches.ts';
import { textLines } from '../transfer/text-lines.ts';

interface ImportOptions extends ClientOptions {
  readonly quiet?: true;
}

export function addImport(program: Command, streams: Streams): void {
  const command = program
    .command('import')
    .description('put the entries of an export; prints how many')
    .addArgument(new Argument('[file]', 'lines of JSON; without it, or for -, standard input'))
    .option('--quiet', 'report no progress');
  addClientOptions(command).action(async (file: string | undefined, options: ImportOptions) => {
    const progress = progressOf(options, streams);
    const input = inputOf(file, streams);
    try {
      const { count, revision } = await withClient(options, (client) =>
        putAll(client, readEntries(input, file), (more) => progress.add(more)),
      );
      await streams.data(options.json ? jsonLine({ count, revision }) : `${count}\n`);
    } catch (error) {
      throw afterSome(error, progress.count);
    } finally {
      input.destroy();
    }
  });
}

function inputOf(file: string | undefined, streams: Streams): Readable {
  if (file !== undefined && file !== '-') return createReadStream(file);
  if (file === '-' || streams.isPiped) return streams.input;
  throw new CliError('CLI_USAGE', 'the entries are missing: name a file, or pipe them in');
}

/** Empty lines are left out. @throws CliError that names the line or the file */
async function* readEntries(
  input: Readable,
  file: string | undefined,
): AsyncGenerator<KeyAndValue> {
  let number = 0;
  try {
    for await (const line of textLines(input)) {
      number += 1;
      if (line.trim() !== '') yield readEntryLine(line);
    }
  } catch (cause) {
    if (cause instanceof CliError) {
      throw new CliError('CLI_INPUT', `line ${number}: ${cause.message}`, { cause });
    }
    const code = file === undefined || file === '-' ? 'CLI_INPUT' : 'CLI_FILE';
    throw new CliError(code, `cannot read ${file ?? 'standard input'}: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** What was put before stays; the import may begin anew, since it puts the same again. */
function afterSome(error: unknown, count: number): unknown {
  if (count === 0) return error;
  const message = `${count} entries were put before this: ${messageOf(error)}`;
  if (error instanceof KvError)
    return new KvError(error.code, message, { cause: error, outcome: 'unknown' });
  if (error instanceof CliError) return new CliError(error.code, message, { cause: error });
  return error;
}
