/** Prints the parts of an auth table. Hashes are not shown: they are of no use to people. */
import type { AuthTable, Right } from '@paxkv/protocol';

/** One line for each user: its name and its roles. */
export function usersText({ users }: AuthTable): string {
  return lines(users.map(({ name, roles }) => [name, roles.join(',') || 'no roles']));
}

/** One line for each right of each role. */
export function rolesText({ roles }: AuthTable): string {
  return lines(
    roles.flatMap(({ name, rights }) =>
      rights.length === 0
        ? [[name, 'no rights']]
        : rights.map((right) => [name, right.kind, prefixText(right)]),
    ),
  );
}

/** One line for each token: its id, its user and when it expires. */
export function tokensText({ tokens }: AuthTable): string {
  return lines(tokens.map(({ id, user, expires }) => [id, user, expiryText(expires)]));
}

/** What a program gets: everything but salts and hashes. */
export function toPublicJson({ required, users, roles, tokens }: AuthTable): object {
  return {
    required,
    users,
    roles: roles.map(({ name, rights }) => ({
      name,
      rights: rights.map((right) => ({
        kind: right.kind,
        prefixBase64: Buffer.from(right.prefix).toString('base64'),
      })),
    })),
    tokens: tokens.map(({ id, user, expires }) => ({ id, user, expires })),
  };
}

function prefixText({ kind, prefix }: Right): string {
  if (kind === 'monitor' || kind === 'admin') return '';
  return prefix.length === 0 ? 'all keys' : JSON.stringify(Buffer.from(prefix).toString());
}

function expiryText(expires: number): string {
  return expires === 0 ? 'never expires' : `expires ${new Date(expires).toISOString()}`;
}

function lines(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.join('  ').trimEnd()}\n`).join('');
}
