import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { jsonLine, type Streams, toJsonValue } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

interface GetOptions extends ClientOptions {
  readonly raw?: true;
}

export function addGet(program: Command, streams: Streams): void {
  const command = program
    .command('get')
    .description('print the value of a key, byte for byte; exit code 1 if there is none')
    .option('--raw', 'add no newline in a terminal either');
  addClientOptions(addKeyArgument(command)).action(async (key: string, options: GetOptions) => {
    const entry = await withClient(options, (client) => client.getEntry(key));
    if (!entry) throw new CliError(`no such key: ${JSON.stringify(key)}`, exitCodes.failed);
    if (options.json) {
      const { value, ...versions } = entry;
      return streams.data(jsonLine({ key, ...toJsonValue(value), ...versions }));
    }
    await streams.data(entry.value);
    // A prompt right behind the value would be hard to read; a pipe gets the exact bytes.
    if (streams.isTerminal && !options.raw) await streams.data('\n');
  });
}
