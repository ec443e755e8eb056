import { adminRole } from '@paxkv/protocol';
import type { Command } from 'commander';
import { withoutUser, withUser } from '../auth/auth-changes.ts';
import { usersText } from '../auth/auth-text.ts';
import type { ClientOptions } from '../options.ts';
import type { Streams } from '../streams.ts';
import { addGroup, addToGroup, changeAuth, printAuth } from './auth.ts';

interface AddOptions extends ClientOptions {
  readonly role: readonly string[];
  readonly admin?: true;
}

export function addUser(program: Command, streams: Streams): void {
  const group = addGroup(program, 'user', 'add, delete and list users');
  addToGroup(group, 'add', 'add a user, or give one other roles')
    .argument('<name>')
    .option('--role <name...>', 'a role of the user', [])
    .option('--admin', 'may do everything')
    .action((name: string, options: AddOptions) => {
      const roles = [...options.role, ...(options.admin ? [adminRole] : [])];
      return changeAuth(options, streams, (table) => withUser(table, name, roles));
    });
  addToGroup(group, 'delete', 'delete a user and all tokens of it')
    .argument('<name>')
    .action((name: string, options: ClientOptions) =>
      changeAuth(options, streams, (table) => withoutUser(table, name)),
    );
  addToGroup(group, 'list', 'list users and their roles').action((options: ClientOptions) =>
    printAuth(options, streams, usersText),
  );
}
