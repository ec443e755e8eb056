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
import { addKeyArgument, addValueArgument, readValue } from '../value-input.ts';

export function addAppend(program: Command, streams: Streams): void {
  const command = program
    .command('append')
    .description(
      'append to the value of a key; an absent key counts as empty; prints the revision',
    );
  addClientOptions(addConditionOptions(addValueArgument(addKeyArgument(command)))).action(
    async (key: string, argument: string | undefined, options: ClientOptions & ConditionFlags) => {
      const value = await readValue(argument, streams);
      const condition = conditionOf(options);
      const reply = await withClient(options, async (client) =>
        condition === undefined
          ? client.append(key, value)
          : expectDone(await client.append(key, value, condition)),
      );
      await streams.data(options.json ? jsonLine(reply) : `${reply.revision}\n`);
    },
  );
}
