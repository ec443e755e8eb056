import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams, toJsonValue } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

interface GetOptions extends ClientOptions {
  readonly raw?: true;
}

export function addGet(program: Command, streams: Streams): void {
  const command = program
    .command('get')
    .description('print the value of a key, byte for byte')
    .option('--raw', 'add no newline, not even in a terminal');
  addClientOptions(addKeyArgument(command)).action(async (key: string, options: GetOptions) => {
    const entry = await withClient(options, (client) => client.getEntry(key));
    if (!entry) throw new CliError('KV_NO_SUCH_KEY', `no such key: ${JSON.stringify(key)}`);
    if (options.json) {
      const { value, ...versions } = entry;
      return streams.data(jsonLine({ key, ...toJsonValue(value), ...versions }));
    }
    await streams.data(entry.value);
    // In a terminal the prompt should not follow the value on its line; a pipe gets the exact bytes.
    if (streams.isTerminal && !options.raw) await streams.data('\n');
  });
}
