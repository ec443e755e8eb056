/** The client of a command: made from its options, closed when the command is over. */
import { KvClient, type Transport } from '@paxkv/client';
import { CliError } from './cli-error.ts';
import { readCredentials } from './credentials.ts';
import { type ClientOptions, splitList } from './options.ts';
import { listenForStop } from './stop-signal.ts';

/** Runs `use` with a client, and closes the client even if `use` fails. An interrupt closes it earlier. */
export async function withClient<T>(
  options: ClientOptions,
  use: (client: KvClient<'buffer'>) => Promise<T>,
): Promise<T> {
  const client = toClient(options);
  const { interrupt } = options;
  const onInterrupt = () => void client.close();
  interrupt?.addEventListener('abort', onInterrupt);
  try {
    return await use(client);
  } finally {
    interrupt?.removeEventListener('abort', onInterrupt);
    await client.close();
  }
}

/**
 * Runs `use` with a client and a signal that fires at Ctrl-C or SIGTERM. The client is still open then, to give back what
 * it holds, such as a lock.
 */
export async function withClientUntilStop<T>(
  { interrupt: _, ...options }: ClientOptions,
  use: (client: KvClient<'buffer'>, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = listenForStop();
  const abort = new AbortController();
  void stop.requested.then(() => abort.abort());
  try {
    return await withClient(options, (client) => use(client, abort.signal));
  } finally {
    stop.close();
  }
}

/** @throws CliError `CLI_USAGE` if the endpoints are invalid. */
export function toClient(
  options: ClientOptions,
  transport: Transport = 'stream',
): KvClient<'buffer'> {
  const { endpoints, timeout: timeoutMs } = options;
  const credentials = readCredentials(options);
  const settings = { endpoints: splitList(endpoints), timeoutMs, transport, ...credentials };
  try {
    return new KvClient({ ...settings, encoding: 'buffer' });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new CliError(
      'CLI_USAGE',
      /^t(?:oken|ls)\b/.test(cause.message) ? cause.message : `--endpoints: ${cause.message}`,
      { cause },
    );
  }
}
