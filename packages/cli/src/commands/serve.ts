import type { Command } from 'commander';
import { addOutputOptions, type OutputOptions } from '../options.ts';
import { addSettings } from '../settings/command-options.ts';
import { credentialFiles } from '../settings/credential-files.ts';
import { readSettings } from '../settings/effective-settings.ts';
import { printSettings } from '../settings/print-settings.ts';
import { serveSettings } from '../settings/table.ts';
import type { Streams } from '../streams.ts';

interface ServeOptions extends OutputOptions {
  readonly printConfig?: true;
}

export function addServe(program: Command, streams: Streams): void {
  const command = program
    .command('serve')
    .description('run one node of a cluster until Ctrl-C or SIGTERM; a second one ends it at once');
  addSettings(command, serveSettings);
  addOutputOptions(command).action(async ({ printConfig, json }: ServeOptions) => {
    const settings = await readSettings(command, serveSettings);
    // Loaded only here, since loading the server takes a while and no other command needs it.
    const { checkedConfig, runNode } = await import('../run-node.ts');
    const config = checkedConfig(settings);
    if (printConfig) await printSettings(settings, config, { streams, isJson: json === true });
    else await runNode(config, streams, { credentials: credentialFiles(settings) });
  });
}
