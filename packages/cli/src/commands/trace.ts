import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { readCredentials } from '../credentials.ts';
import { httpGet } from '../http-get.ts';
import { addClientOptions, type ClientOptions, splitList } from '../options.ts';
import type { Streams } from '../streams.ts';

export function addTrace(program: Command, streams: Streams): void {
  const command = program
    .command('trace')
    .description('print the recording of one server that was started with --trace, as a gzip file');
  addClientOptions(command).action(async (options: ClientOptions) => {
    const [endpoint, ...others] = splitList(options.endpoints);
    if (endpoint === undefined || others.length > 0) {
      throw new CliError('CLI_USAGE', '--endpoints: name one server, whose recording is meant');
    }
    if (streams.isTerminal) {
      throw new CliError(
        'CLI_USAGE',
        'the recording is a gzip file: send it to one, as in > trace.gz',
      );
    }
    await streams.data(await fetchTrace(toUrl(endpoint), options));
  });
}

function toUrl(endpoint: string): URL {
  const address = /^https?:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  try {
    return new URL('/trace', address);
  } catch (cause) {
    throw new CliError('CLI_USAGE', `--endpoints: ${endpoint} is no address`, { cause });
  }
}

async function fetchTrace(url: URL, options: ClientOptions): Promise<Uint8Array> {
  const response = await answerOf(url, options);
  if (response.ok) return bytesOf(response, url);
  await response.body?.cancel();
  const why =
    response.status === 404
      ? 'records nothing: start it with --trace'
      : `answered with status ${response.status}`;
  throw new CliError('CLI_NO_TRACE', `the server at ${url.host} ${why}`);
}

async function bytesOf(response: Response, { host }: URL): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new CliError('CLI_NO_TRACE', `the recording from ${host} broke off`, { cause });
  }
}

async function answerOf(url: URL, options: ClientOptions): Promise<Response> {
  const credentials = readCredentials(options);
  try {
    return await httpGet(url, credentials, AbortSignal.timeout(options.timeout));
  } catch (cause) {
    throw new CliError('CLI_NO_ANSWER', `the server at ${url.host} does not answer`, { cause });
  }
}
