import { Argument, type Command, InvalidArgumentError } from 'commander';
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

export function addIncrement(program: Command, streams: Streams): void {
  const command = program
    .command('incr')
    .description('add to a counter; an absent key counts as 0; prints the new value');
  const by = new Argument('[by]', 'an integer of 64 bits; a negative one subtracts')
    .argParser(toInteger)
    .default(1n, '1');
  addClientOptions(addConditionOptions(addKeyArgument(command).addArgument(by))).action(
    async (key: string, amount: bigint, options: ClientOptions & ConditionFlags) => {
      const condition = conditionOf(options);
      const { value, revision } = await withClient(options, async (client) =>
        condition === undefined
          ? client.increment(key, amount)
          : expectDone(await client.increment(key, amount, condition)),
      );
      const printed = String(value);
      await streams.data(options.json ? jsonLine({ revision, value: printed }) : `${printed}\n`);
    },
  );
}

function toInteger(text: string): bigint {
  if (/^-?\d{1,19}$/.test(text)) {
    const integer = BigInt(text);
    if (BigInt.asIntN(64, integer) === integer) return integer;
  }
  throw new InvalidArgumentError('It must be an integer of 64 bits.');
}
