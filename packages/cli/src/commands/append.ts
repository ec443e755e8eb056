import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument, addValueArgument, readValue } from '../value-input.ts';

export function addAppend(program: Command, streams: Streams): void {
  const command = program
    .command('append')
    .description("append to a key's value, none counting as empty; prints the revision");
  addClientOptions(addValueArgument(addKeyArgument(command))).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, streams.input);
      const reply = await withClient(options, (client) => client.append(key, value));
      await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}
