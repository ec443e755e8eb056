import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

export function addDelete(program: Command, streams: Streams): void {
  const command = program
    .command('delete')
    .description('delete a key; prints the revision, and says so if there was no such key');
  addClientOptions(addKeyArgument(command)).action(async (key: string, options: ClientOptions) => {
    const reply = await withClient(options, (client) => client.delete(key));
    await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    if (!reply.deleted) streams.note(`there was no key ${JSON.stringify(key)}`);
  });
}
