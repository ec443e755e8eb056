import type { Command } from 'commander';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

export function addDelete(program: Command, streams: Streams): void {
  const command = program
    .command('delete')
    .alias('del')
    .description('delete a key; prints the revision; an absent key is no error');
  addClientOptions(addKeyArgument(command)).action(async (key: string, options: ClientOptions) => {
    const reply = await withClient(options, (client) => client.delete(key));
    if (options.json) return streams.data(jsonLine(reply));
    await streams.data(`${reply.revision}\n`);
    if (!reply.deleted) streams.note(`there was no key ${JSON.stringify(key)}`);
  });
}
