import type { EndpointStatus } from '@paxkv/client';
import type { Command } from 'commander';
import { addClientOptions, type ClientOptions, withClient } from '../client-options.ts';
import { CliError, exitCodes } from '../exit-code.ts';
import { jsonLine, type Output } from '../output.ts';
import { toStatusTable } from '../status-table.ts';

export function addStatus(program: Command, output: Output): void {
  const command = program
    .command('status')
    .description('show how each server sees itself; exit code 1 if none answers');
  addClientOptions(command).action(async (options: ClientOptions) => {
    const rows = await withClient(options, (client) => client.statuses());
    output.data(options.json ? jsonLine(rows.map(toJsonRow)) : toStatusTable(rows));
    if (rows.every(({ status }) => status === undefined)) {
      throw new CliError('no server answers', exitCodes.failed);
    }
  });
}

function toJsonRow({ endpoint, status, error }: EndpointStatus): object {
  if (status) return { endpoint, ...status };
  return { endpoint, error: { code: error.code, message: error.message } };
}
