/** The options of every command that talks to a cluster. */
import { KvClient } from '@paxkv/client';
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface ClientOptions {
  readonly endpoints: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true;
}

const defaultEndpoints = [4401, 4402, 4403].map((port) => `http://127.0.0.1:${port}`).join(',');

export function addClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-e, --endpoints <urls>', 'servers to talk to, separated by commas')
        .env('PAXKV_ENDPOINTS')
        .default(defaultEndpoints),
    )
    .addOption(
      new Option('-t, --timeout <ms>', 'give up after this many milliseconds')
        .env('PAXKV_TIMEOUT')
        .argParser(toMilliseconds)
        .default(10_000),
    )
    .option('--json', 'print JSON');
}

/** Runs `use` with a client that is closed afterwards, whatever happens. */
export async function withClient<T>(
  { endpoints, timeout }: ClientOptions,
  use: (client: KvClient<'buffer'>) => Promise<T>,
): Promise<T> {
  const client = new KvClient({
    endpoints: splitList(endpoints),
    timeoutMs: timeout,
    encoding: 'buffer',
  });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function toMilliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new InvalidArgumentError('It must be a whole number of milliseconds, from 1.');
  }
  return value;
}
