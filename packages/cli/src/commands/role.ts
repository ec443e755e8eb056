import type { Right, RightKind } from '@paxkv/protocol';
import type { Command } from 'commander';
import { withoutRole, withRole } from '../auth/auth-changes.ts';
import { rolesText } from '../auth/auth-text.ts';
import type { ClientOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { addGroup, addToGroup, changeAuth, printAuth } from './auth.ts';

interface AddOptions extends ClientOptions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly monitor?: true;
  readonly admin?: true;
}

export function addRole(program: Command, streams: Streams): void {
  const group = addGroup(program, 'role', 'add, delete and list roles and their rights');
  addToGroup(group, 'add', 'add a role, or give one other rights')
    .argument('<name>')
    .option('--read <prefix...>', 'read keys that begin with this; "" for all keys', [])
    .option('--write <prefix...>', 'write keys that begin with this; "" for all keys', [])
    .option('--monitor', 'read status and metrics')
    .option('--admin', 'do everything')
    .action((name: string, options: AddOptions) => {
      const rights = rightsOf(options);
      return changeAuth(options, streams, (table) => withRole(table, { name, rights }));
    });
  addToGroup(group, 'delete', 'delete a role, also from all users')
    .argument('<name>')
    .action((name: string, options: ClientOptions) =>
      changeAuth(options, streams, (table) => withoutRole(table, name)),
    );
  addToGroup(group, 'list', 'list roles and their rights').action((options: ClientOptions) =>
    printAuth(options, streams, rolesText),
  );
}

function rightsOf({ read, write, monitor, admin }: AddOptions): Right[] {
  const right = (kind: RightKind, prefix = ''): Right => ({ kind, prefix: Buffer.from(prefix) });
  return [
    ...read.map((prefix) => right('read', prefix)),
    ...write.map((prefix) => right('write', prefix)),
    ...(monitor ? [right('monitor')] : []),
    ...(admin ? [right('admin')] : []),
  ];
}
