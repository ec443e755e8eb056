/** The options of every command that talks to a cluster. */
import { KvClient, type Transport } from '@paxkv/client';
import { type Command, Option } from 'commander';
import { CliError, exitCodes } from './exit-code.ts';
import { wholeNumber } from './number-option.ts';

export interface ClientOptions {
  readonly endpoints: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly json?: true;
}

const timeoutMsMax = 2 ** 31 - 1;

export const endpointsDefault = [4401, 4402, 4403]
  .map((port) => `http://127.0.0.1:${port}`)
  .join(',');

export function addClientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-e, --endpoints <urls>', 'servers to talk to, separated by commas')
        .env('PAXKV_ENDPOINTS')
        .default(endpointsDefault),
    )
    .addOption(
      new Option('-t, --timeout <ms>', 'give up after this many milliseconds')
        .env('PAXKV_TIMEOUT')
        .argParser(wholeNumber(1, timeoutMsMax))
        .default(10_000),
    )
    .option('--json', 'print JSON');
}

/** Runs `use` with a client that is closed afterwards, whatever happens. */
export async function withClient<T>(
  options: ClientOptions,
  use: (client: KvClient<'buffer'>) => Promise<T>,
): Promise<T> {
  const client = toClient(options);
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

/** @throws CliError if the endpoints make no sense. */
export function toClient(
  { endpoints, timeout: timeoutMs }: ClientOptions,
  transport: Transport = 'stream',
): KvClient<'buffer'> {
  const settings = { endpoints: splitList(endpoints), timeoutMs, transport };
  try {
    return new KvClient({ ...settings, encoding: 'buffer' });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliError(`--endpoints: ${cause.message}`, exitCodes.usage, cause);
  }
}
