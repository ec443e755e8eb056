import type { EndpointStatus } from '@paxkv/client';
import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { toStatusTable } from '../status-table.ts';
import { jsonLine, type Streams } from '../streams.ts';

export function addStatus(program: Command, streams: Streams): void {
  const command = program
    .command('status')
    .description('show how each server sees itself; exit code 1 if none answers');
  addClientOptions(command).action(async (options: ClientOptions) => {
    const rows = await withClient(options, (client) => client.statuses());
    await streams.data(options.json ? jsonLine(rows.map(toJsonRow)) : toStatusTable(rows));
    if (rows.every(({ status }) => status === undefined)) {
      throw new CliError('no server answers', exitCodes.failed);
    }
  });
}

function toJsonRow({ endpoint, status, error }: EndpointStatus): object {
  if (status) return { endpoint, ...status };
  const { code, outcome, message } = error;
  return { endpoint, error: { code, outcome, message } };
}
