import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { withClient } from '../client.ts';
import { addClientOptions, type ClientOptions } from '../options.ts';
import {
  type ClusterStatus,
  type ServerStatus,
  toClusterStatus,
  toStatusText,
} from '../status-report.ts';
import { jsonLine, type Streams } from '../streams.ts';

export function addStatus(program: Command, streams: Streams): void {
  const command = program
    .command('status')
    .description('show the leader, whether there is a majority, and a table of the servers');
  addClientOptions(command).action(async (options: ClientOptions) => {
    const status = toClusterStatus(await withClient(options, (client) => client.statuses()));
    await streams.data(options.json ? jsonLine(toJson(status)) : toStatusText(status));
    if (status.nodeCount === null) throw new CliError('CLI_NO_ANSWER', 'no server answers');
  });
}

function toJson({ servers, ...summary }: ClusterStatus): object {
  return { ...summary, servers: servers.map(toJsonServer) };
}

function toJsonServer(server: ServerStatus): object {
  if (server.status === undefined) {
    const { code, outcome, message } = server.error;
    return { endpoint: server.endpoint, error: { code, outcome, message } };
  }
  return { endpoint: server.endpoint, behind: server.behind, ...server.status };
}
