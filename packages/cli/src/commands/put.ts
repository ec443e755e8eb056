import type { LeaseOptions } from '@paxkv/client';
import { type Command, Option } from 'commander';
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
import { addTtlOption } from './lease.ts';

interface PutOptions extends ClientOptions, ConditionFlags {
  readonly ttl?: number;
  readonly lease?: string;
}

export function addPut(program: Command, streams: Streams): void {
  const command = program
    .command('put')
    .alias('set')
    .description('set the value of a key; prints the revision of the store');
  addTtlOption(command, 'delete the key after this time');
  command.addOption(
    new Option('--lease <id>', 'delete the key when this lease ends').conflicts('ttl'),
  );
  addClientOptions(addConditionOptions(addValueArgument(addKeyArgument(command)))).action(
    async (key: string, argument: string | undefined, options: PutOptions) => {
      const value = await readValue(argument, streams);
      const condition = conditionOf(options);
      const lasting = lastingOf(options);
      const reply = await withClient(options, async (client) =>
        condition === undefined
          ? client.put(key, value, lasting)
          : expectDone(await client.put(key, value, { ...condition, ...lasting })),
      );
      await streams.data(
        options.json ? jsonLine({ revision: reply.revision }) : `${reply.revision}\n`,
      );
    },
  );
}

function lastingOf({ ttl: ttlMs, lease: id }: PutOptions): LeaseOptions {
  if (id !== undefined) return { lease: { id } };
  return ttlMs === undefined ? {} : { ttlMs };
}
