import type { Command } from 'commander';
import { withClient } from '../client.ts';
import {
  addConditionOptions,
  type ConditionFlags,
  conditionOf,
  expectDone,
} from '../condition-options.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

export function addDelete(program: Command, streams: Streams): void {
  const command = program
    .command('delete')
    .alias('del')
    .description('delete a key; prints the revision; an absent key is no error');
  addClientOptions(addConditionOptions(addKeyArgument(command))).action(
    async (key: string, options: ClientOptions & ConditionFlags) => {
      const condition = conditionOf(options);
      const reply = await withClient(options, async (client) =>
        condition === undefined
          ? client.delete(key)
          : expectDone(await client.delete(key, condition)),
      );
      if (options.json) return streams.data(jsonLine(reply));
      await streams.data(`${reply.revision}\n`);
      if (!reply.deleted) streams.note(`there was no key ${JSON.stringify(key)}`);
    },
  );
}
