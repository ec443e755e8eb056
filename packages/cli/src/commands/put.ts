import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument, addValueArgument, readValue } from '../value-input.ts';

export function addPut(program: Command, streams: Streams): void {
  const command = program.command('put').description('set a key to a value; prints the revision');
  addClientOptions(addValueArgument(addKeyArgument(command))).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, streams.input);
      const reply = await withClient(options, (client) => client.put(key, value));
      await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}
