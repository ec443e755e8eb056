import type { Command } from 'commander';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { toEntryLine } from '../transfer/entry-line.ts';
import { progressOf } from '../transfer/entry-progress.ts';
import { toExactText } from '../value-input.ts';

interface ExportOptions extends ClientOptions {
  readonly quiet?: true;
}

export function addExport(program: Command, streams: Streams): void {
  const command = program
    .command('export')
    .description('print entries in order, each as a line of JSON that import reads')
    .argument('[prefix]', 'only keys that begin with it', toExactText, '')
    .option('--quiet', 'report no progress');
  addClientOptions(command).action(async (prefix: string, options: ExportOptions) => {
    const progress = progressOf(options, streams);
    await withClient(options, async (client) => {
      for await (const { entries } of client.scan({ prefix }).pages()) {
        await streams.data(entries.map(toEntryLine).join(''));
        progress.add(entries.length);
      }
    });
    if (!options.quiet) streams.note(`exported ${progress.count} entries`);
  });
}
