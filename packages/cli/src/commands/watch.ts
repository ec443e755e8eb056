import type { WatchEvent, WatchedRange } from '@paxkv/client';
import { type Command, InvalidArgumentError } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams, toJsonKey, toJsonValue } from '../streams.ts';

interface WatchCommandOptions extends ClientOptions {
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly after?: number;
  readonly initial?: true;
  readonly progress?: true;
}

export function addWatch(program: Command, streams: Streams): void {
  const command = program
    .command('watch')
    .argument('[key]', 'the key; without it, a range or every key is watched')
    .description('print changes as they are made, each as JSON on a line, until Ctrl-C')
    .option('--prefix <text>', 'only keys that begin with it')
    .option('--from <key>', 'the first key that may be in the range')
    .option('--to <key>', 'the first key after the range')
    .option('--after <revision>', 'begin after this revision; default: now', toRevision)
    .option('--initial', 'begin with the entries that are present')
    .option('--progress', 'print up to which revision everything was printed, too');
  addClientOptions(command).action(
    async (key: string | undefined, options: WatchCommandOptions) => {
      const { after, initial = false, progress = false } = options;
      const watched = toWatched(key, options);
      if (initial && after !== undefined) {
        throw new CliError('CLI_USAGE', '--initial and --after exclude each other');
      }
      await withClient(options, async (client) => {
        const how = after === undefined ? { initial } : { after };
        for await (const event of client.watch(watched, how)) {
          if (event.type !== 'progress' || progress) await streams.data(jsonLine(shown(event)));
        }
      });
    },
  );
}

function toWatched(
  key: string | undefined,
  { prefix, from, to }: WatchCommandOptions,
): WatchedRange {
  const range = {
    ...(prefix !== undefined && { prefix }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  };
  if (key === undefined) return range;
  if (Object.keys(range).length === 0) return { key };
  throw new CliError('CLI_USAGE', 'a key is watched, or a range by --prefix, --from and --to');
}

function shown(event: WatchEvent<'buffer'>): object {
  if (event.type === 'progress') return event;
  const { type, key, modRevision } = event;
  if (event.type === 'delete') return { type, ...toJsonKey(key), modRevision };
  const { createRevision, version } = event;
  const versions = { createRevision, modRevision, version };
  return { type, ...toJsonKey(key), ...toJsonValue(event.value), ...versions };
}

function toRevision(text: string): number {
  const revision = Number(text);
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(revision)) return revision;
  throw new InvalidArgumentError('It must be a revision, which is a whole number.');
}
