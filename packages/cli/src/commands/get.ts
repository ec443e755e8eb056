import type { KvClient } from '@paxkv/client';
import { Argument, type Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import {
  addFormOption,
  type EntryForm,
  type FormOptions,
  formOf,
  printerOf,
} from '../entry-form.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { toExactText } from '../value-input.ts';

type GetOptions = ClientOptions & FormOptions & { readonly prefix?: string };

/** How the result is printed, and where. */
interface Printing {
  readonly form: EntryForm;
  readonly streams: Streams;
}

export function addGet(program: Command, streams: Streams): void {
  const command = program
    .command('get')
    .description('print the value of a key, byte for byte, or the entries of a prefix')
    .addArgument(new Argument('[key]', 'as text').argParser(toExactText))
    .option('--prefix <prefix>', 'instead of a key: all that begin with it, in order', toExactText)
    .option('--raw', 'add no newline, not even in a terminal; the same as -o raw');
  addClientOptions(addFormOption(command)).action(
    async (key: string | undefined, options: GetOptions) => {
      const { prefix } = options;
      const printing = { form: formOf(options), streams };
      await withClient(options, (client) => {
        if (key !== undefined && prefix === undefined) return printOne(client, key, printing);
        if (key === undefined && prefix !== undefined) return printAll(client, prefix, printing);
        throw new CliError('CLI_USAGE', 'name either a key or a --prefix');
      });
    },
  );
}

async function printOne(client: KvClient<'buffer'>, key: string, { form, streams }: Printing) {
  const entry = await client.getEntry(key);
  if (!entry) throw new CliError('KV_NO_SUCH_KEY', `no such key: ${JSON.stringify(key)}`);
  if (form === 'json' || form === 'table') {
    const printer = printerOf(form);
    await streams.data(printer.page([{ key: Buffer.from(key), ...entry }]));
    return streams.data(printer.end());
  }
  await streams.data(entry.value);
  // In a terminal the prompt should not follow the value on its line; a pipe gets the exact bytes.
  if (streams.isTerminal && form !== 'raw') await streams.data('\n');
}

async function printAll(client: KvClient<'buffer'>, prefix: string, { form, streams }: Printing) {
  const printer = printerOf(form);
  for await (const { entries } of client.scan({ prefix }).pages()) {
    await streams.data(printer.page(entries));
  }
  await streams.data(printer.end());
}
