import type { Command } from 'commander';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument, addValueArgument, readValue } from '../value-input.ts';

export function addPut(program: Command, streams: Streams): void {
  const command = program
    .command('put')
    .alias('set')
    .description('set the value of a key; prints the revision of the store');
  addClientOptions(addValueArgument(addKeyArgument(command))).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, streams);
      const reply = await withClient(options, (client) => client.put(key, value));
      await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}
