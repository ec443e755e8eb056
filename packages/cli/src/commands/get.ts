import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { jsonLine, type Output, toJsonValue } from '../output.ts';

export function addGet(program: Command, output: Output): void {
  const command = program
    .command('get')
    .argument('<key>')
    .description('print the value of a key, byte for byte; exit code 1 if there is none');
  addClientOptions(command).action(async (key: string, options: ClientOptions) => {
    const entry = await withClient(options, (client) => client.getEntry(key));
    if (options.json) {
      output.data(
        jsonLine(entry ? { key, ...entry, ...toJsonValue(entry.value) } : { key, found: false }),
      );
    } else if (entry) {
      output.data(entry.value);
      // A prompt right behind the value would be hard to read; a pipe gets the exact bytes.
      if (output.isTerminal) output.data('\n');
    }
    if (!entry) throw new CliError(`no such key: ${JSON.stringify(key)}`, exitCodes.failed);
  });
}
