import { type Command, InvalidArgumentError } from 'commander';
import { withClient } from '../client.ts';
import { lineOf } from '../entry-form.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams, toJsonKey } from '../streams.ts';

interface ListOptions extends ClientOptions {
  readonly limit?: number;
  readonly reverse?: true;
}

export function addList(program: Command, streams: Streams): void {
  const command = program
    .command('ls')
    .argument('[prefix]', 'only keys that begin with it', '')
    .description('list keys in order, one on a line; control characters are escaped')
    .option('--limit <count>', 'the most keys', toLimit)
    .option('--reverse', 'the highest key first');
  addClientOptions(command).action(async (prefix: string, options: ListOptions) => {
    const { limit, reverse = false } = options;
    await withClient(options, async (client) => {
      const keys = client.keys({ prefix }, { reverse, ...(limit !== undefined && { limit }) });
      for await (const { entries } of keys.pages()) {
        const lines = entries.map(({ key, ...versions }) =>
          options.json ? jsonLine({ ...toJsonKey(key), ...versions }) : `${lineOf(key)}\n`,
        );
        await streams.data(lines.join(''));
      }
    });
  });
}

function toLimit(text: string): number {
  const limit = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
