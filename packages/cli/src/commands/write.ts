/** put, append and delete: commands that change one key. */
import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { jsonLine, type Output } from '../output.ts';
import { readValue } from '../value-input.ts';

export function addPut(program: Command, output: Output): void {
  const command = program
    .command('put')
    .argument('<key>')
    .argument('[value]', 'the value; - or none reads standard input, byte for byte')
    .description('set a key; prints the revision');
  addClientOptions(command).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, process.stdin);
      const reply = await withClient(options, (client) => client.put(key, value));
      output.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}

export function addAppend(program: Command, output: Output): void {
  const command = program
    .command('append')
    .argument('<key>')
    .argument('[value]', 'what to append; - or none reads standard input, byte for byte')
    .description('append to the value of a key; prints the revision');
  addClientOptions(command).action(
    async (key: string, argument: string | undefined, options: ClientOptions) => {
      const value = await readValue(argument, process.stdin);
      const reply = await withClient(options, (client) => client.append(key, value));
      output.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}

export function addDelete(program: Command, output: Output): void {
  const command = program
    .command('delete')
    .argument('<key>')
    .description('delete a key; prints the revision, and says so if there was no such key');
  addClientOptions(command).action(async (key: string, options: ClientOptions) => {
    const reply = await withClient(options, (client) => client.delete(key));
    output.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    if (!reply.deleted) output.note(`there was no key ${JSON.stringify(key)}`);
  });
}
