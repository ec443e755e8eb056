import type { Command } from 'commander';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument, addValueArgument, readValue } from '../value-input.ts';

export function addAppend(program: Command, streams: Streams): void {
  const command = program
    .command('append')
    .description(
      'append to the value of a key; an absent key counts as empty; prints the revision',
    );
  addClientOptions(addValueArgument(addKeyArgument(command))).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, streams);
      const reply = await withClient(options, (client) => client.append(key, value));
      await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}
