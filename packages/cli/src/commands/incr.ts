import { Argument, type Command, InvalidArgumentError } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { jsonLine, type Streams } from '../streams.ts';
import { addKeyArgument } from '../value-input.ts';

export function addIncrement(program: Command, streams: Streams): void {
  const command = program
    .command('incr')
    .description('add to a counter, none counting as 0; prints its new value');
  const by = new Argument('[by]', 'a whole number of 64 bits, below 0 to subtract')
    .argParser(toInteger)
    .default(1n, '1');
  addClientOptions(addKeyArgument(command).addArgument(by)).action(
    async (key: string, amount: bigint, options: ClientOptions) => {
      const { value, revision } = await withClient(options, (client) =>
        client.increment(key, amount),
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
  throw new InvalidArgumentError('It must be a whole number of 64 bits.');
}
