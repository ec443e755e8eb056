import type { AuthTable } from '@paxkv/protocol';
import type { Command } from 'commander';
import { toPublicJson } from '../auth/auth-text.ts';
import { withClient } from '../client.ts';
import { addClientOptions, addGlobalsBehind, type ClientOptions } from '../options.ts';
import { jsonLine, type Streams } from '../streams.ts';

/** Adds a group of commands, such as `paxkv user`. */
export function addGroup(program: Command, name: string, text: string): Command {
  return addGlobalsBehind(program.command(name).description(text));
}

/** Adds a command to a group, such as `list` to `paxkv user`. */
export function addToGroup(group: Command, name: string, text: string): Command {
  return addClientOptions(group.command(name).description(text));
}

/** Prints a part of the table, or as JSON all of it. */
export async function printAuth(
  options: ClientOptions,
  streams: Streams,
  toText: (table: AuthTable) => string,
): Promise<void> {
  const { table } = await withClient(options, (client) => client.auth.read());
  await streams.data(options.json ? jsonLine(toPublicJson(table)) : toText(table));
}

/** Changes the table and prints its revision. */
export async function changeAuth(
  options: ClientOptions,
  streams: Streams,
  change: (table: AuthTable) => AuthTable,
): Promise<void> {
  const revision = await withClient(options, (client) => client.auth.change(change));
  await streams.data(options.json ? jsonLine({ revision }) : `${revision}\n`);
}

export function addAuth(program: Command, streams: Streams): void {
  const group = addGroup(
    program,
    'auth',
    'require a token or certificate of every client, or show whether one is required',
  );
  const require = (required: boolean) => (options: ClientOptions) =>
    changeAuth(options, streams, (table) => ({ ...table, required }));
  addToGroup(group, 'enable', 'refuse anonymous requests; first make a token of an admin').action(
    require(true),
  );
  addToGroup(group, 'disable', 'allow everything to everyone who reaches a server').action(
    require(false),
  );
  addToGroup(group, 'show', 'say whether authentication is required').action(
    (options: ClientOptions) =>
      printAuth(options, streams, ({ required }) => (required ? 'required\n' : 'not required\n')),
  );
}
