/** Changes of an auth table, as the commands make them. The servers check what results. */
import { type AuthTable, adminRole, type Role, rootUser, type TokenHash } from '@paxkv/protocol';
import { CliError } from '../cli-error.ts';

/** Adds a user, or gives one other roles. */
export function withUser(table: AuthTable, name: string, roles: readonly string[]): AuthTable {
  for (const role of roles) {
    if (role !== adminRole && !has(table.roles, role)) throw none('role', role);
  }
  return { ...table, users: [...without(table.users, name), { name, roles }] };
}

/** Removes a user and all tokens of it. */
export function withoutUser(table: AuthTable, name: string): AuthTable {
  if (!has(table.users, name)) throw none('user', name);
  const tokens = table.tokens.filter(({ user }) => user !== name);
  return { ...table, users: without(table.users, name), tokens };
}

/** Adds a role, or gives one other rights. */
export function withRole(table: AuthTable, role: Role): AuthTable {
  return { ...table, roles: [...without(table.roles, role.name), role] };
}

/** Removes a role, also from all users. */
export function withoutRole(table: AuthTable, name: string): AuthTable {
  if (!has(table.roles, name)) throw none('role', name);
  const users = table.users.map((user) => ({
    ...user,
    roles: user.roles.filter((role) => role !== name),
  }));
  return { ...table, users, roles: without(table.roles, name) };
}

export function withToken(table: AuthTable, token: TokenHash): AuthTable {
  if (token.user !== rootUser && !has(table.users, token.user)) throw none('user', token.user);
  return { ...table, tokens: [...table.tokens, token] };
}

export function withoutToken(table: AuthTable, id: string): AuthTable {
  const tokens = table.tokens.filter((token) => token.id !== id);
  if (tokens.length === table.tokens.length) throw none('token', id);
  return { ...table, tokens };
}

function has(named: readonly { readonly name: string }[], name: string): boolean {
  return named.some((one) => one.name === name);
}

function without<T extends { readonly name: string }>(named: readonly T[], name: string): T[] {
  return named.filter((one) => one.name !== name);
}

function none(what: string, name: string): CliError {
  return new CliError('CLI_AUTH', `there is no ${what} ${JSON.stringify(name)}`);
}
