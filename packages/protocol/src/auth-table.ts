/**
 * The auth table: users, roles, rights and tokens. It is one document, which the log replaces as a whole, so that
 * every table is consistent in itself. A token is in it as a salted hash only.
 */
import { z } from 'zod';
import { fromBase64, toBase64 } from './base64.ts';
import { TooLargeError } from './fields.ts';
import { rootUser } from './principal.ts';
import type { Bytes } from './rows.ts';

/**
 * What a right allows. `read` and `write`: keys that begin with the prefix. `monitor`: status and metrics. `admin`:
 * everything, the auth table included.
 */
export type RightKind = 'read' | 'write' | 'monitor' | 'admin';

/** What the users of a role may do. */
export interface Right {
  readonly kind: RightKind;
  /** For `read` and `write`; empty for all keys. Empty in every other right. */
  readonly prefix: Bytes;
}

/** Rights under a name, for any number of users. */
export interface Role {
  readonly name: string;
  readonly rights: readonly Right[];
}

/** Someone who can prove a name with a token or a certificate. */
export interface User {
  readonly name: string;
  /** Names of roles in the table, or {@link adminRole}. */
  readonly roles: readonly string[];
}

/** What the servers know of a token: enough to recognize it, too little to make it. */
export interface TokenHash {
  /** 16 characters. Public: it names the token. */
  readonly id: string;
  readonly user: string;
  /** 16 random bytes. */
  readonly salt: Bytes;
  /** scrypt (RFC 7914) of the token's secret: 32 bytes, with N = 2 to the power of `cost`, r = 8 and p = 1. */
  readonly hash: Bytes;
  readonly cost: number;
  /** Milliseconds since 1970; 0 if it does not expire. */
  readonly expires: number;
}

/** All users, roles and tokens of a cluster. */
export interface AuthTable {
  /** Whether every server refuses anonymous requests. */
  readonly required: boolean;
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly tokens: readonly TokenHash[];
}

/** The table of a new cluster: nobody has to prove anything. */
export const emptyAuthTable: AuthTable = { required: false, users: [], roles: [], tokens: [] };

/** The role with the right `admin`. It exists in every table without being in it. */
export const adminRole = 'admin';

/** Bytes of a table in the log: about 1,000 tokens. */
export const authTableBytesMax = 256 * 1024;

const rightKinds: readonly RightKind[] = ['read', 'write', 'monitor', 'admin'];
const saltBytes = 16;
const hashBytes = 32;
const costMin = 10;
const costMax = 17;
const prefixBytesMax = 1024;

/** The form of a table in the log and in the store: JSON, which nothing sent can blow up when it is decoded. */
export function authTableToBytes(table: AuthTable): Bytes {
  return new TextEncoder().encode(JSON.stringify(authTableToJson(table)));
}

/** @throws TooLargeError, TypeError unless `bytes` are exactly a table that {@link checkAuthTable} accepts. */
export function authTableFromBytes(bytes: Bytes): AuthTable {
  expectSize(bytes);
  const parsed = authTableSchema.safeParse(parseJson(bytes));
  if (parsed.success) return checkAuthTable(parsed.data);
  throw new TypeError('This is no auth table.');
}

function parseJson(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new TypeError('The auth table is not JSON.');
  }
}

function expectSize(bytes: Bytes): void {
  if (bytes.length <= authTableBytesMax) return;
  throw new TooLargeError(`The auth table has at most ${authTableBytesMax} bytes.`);
}

/**
 * Returns the table if it is consistent: names are well-formed and unique, what they refer to is there, and if
 * authentication is required then some administrator has a token.
 *
 * @throws TooLargeError, TypeError
 */
export function checkAuthTable(table: AuthTable): AuthTable {
  const { users, roles, tokens } = table;
  // The size comes first, since all other checks take time in proportion to it.
  expectSize(authTableToBytes(table));
  const userNames = unique(
    'user',
    users.map(({ name }) => nameIn(name)),
  );
  const roleNames = unique(
    'role',
    roles.map(({ name }) => nameIn(name)),
  );
  expect(!roleNames.has(adminRole), `The role ${adminRole} exists already, and cannot be changed.`);
  for (const role of roles) role.rights.forEach(checkRight);
  for (const user of users) {
    unique('role of a user', user.roles);
    for (const role of user.roles) {
      expect(role === adminRole || roleNames.has(role), `There is no role ${nameIn(role)}.`);
    }
  }
  unique(
    'token',
    tokens.map(({ id }) => id),
  );
  for (const token of tokens) {
    checkToken(token);
    const isUser = token.user === rootUser || userNames.has(token.user);
    expect(isUser, `There is no user ${nameIn(token.user)}.`);
  }
  const hasAdmin = tokens.some(({ user }) => isAdmin(table, user));
  expect(
    !table.required || hasAdmin,
    'While authentication is required, an admin must have a token.',
  );
  return table;
}

/** Whether the user has the right `admin`. */
export function isAdmin(table: AuthTable, user: string): boolean {
  return rightsOf(table, user)?.some(({ kind }) => kind === 'admin') ?? false;
}

const adminRights: readonly Right[] = [{ kind: 'admin', prefix: new Uint8Array() }];

/** The rights of all roles of the user; `undefined` for an unknown user. */
export function rightsOf({ users, roles }: AuthTable, name: string): readonly Right[] | undefined {
  if (name === rootUser) return adminRights;
  return users
    .find((user) => user.name === name)
    ?.roles.flatMap((role) =>
      role === adminRole ? adminRights : (roles.find((one) => one.name === role)?.rights ?? []),
    );
}

function checkRight({ kind, prefix }: Right): void {
  expect(rightKinds.includes(kind), `Unknown right ${kind}.`);
  const max = kind === 'read' || kind === 'write' ? prefixBytesMax : 0;
  expect(prefix.length <= max, `The prefix of the right ${kind} has at most ${max} bytes.`);
}

function checkToken({ id, salt, hash, cost }: TokenHash): void {
  expect(/^[\w-]{16}$/.test(id), 'The id of a token has 16 letters, digits, - or _.');
  expect(salt.length === saltBytes, `The salt of a token has ${saltBytes} bytes.`);
  expect(hash.length === hashBytes, `The hash of a token has ${hashBytes} bytes.`);
  expect(cost >= costMin && cost <= costMax, `The cost of a token is ${costMin} to ${costMax}.`);
}

/** The name of a user or role, if it is well-formed. @throws TypeError */
function nameIn(name: string): string {
  expect(/^[\w.@-]{1,64}$/.test(name), 'A name has 1 to 64 letters, digits, _, ., @ or -.');
  return name;
}

function unique(what: string, names: readonly string[]): ReadonlySet<string> {
  const all = new Set(names);
  expect(all.size === names.length, `Each ${what} is named once.`);
  return all;
}

function expect(isRight: boolean, message: string): void {
  if (!isRight) throw new TypeError(message);
}

const base64 = z.string().transform((text, context): Bytes => {
  const bytes = fromBase64(text);
  if (bytes !== undefined) return bytes;
  context.addIssue('must be standard base64 with padding');
  return z.NEVER;
});

/** Decodes a table from a JSON body. `checkAuthTable` checks the rest. */
export const authTableSchema: z.ZodType<AuthTable> = z.strictObject({
  required: z.boolean(),
  users: z.array(z.strictObject({ name: z.string(), roles: z.array(z.string()) })),
  roles: z.array(
    z.strictObject({
      name: z.string(),
      rights: z.array(z.strictObject({ kind: z.enum(rightKinds), prefix: base64 })),
    }),
  ),
  tokens: z.array(
    z.strictObject({
      id: z.string(),
      user: z.string(),
      salt: base64,
      hash: base64,
      cost: z.int(),
      expires: z.int().nonnegative(),
    }),
  ),
});

/** The table in the form of JSON bodies. */
export function authTableToJson({ required, users, roles, tokens }: AuthTable): object {
  return {
    required,
    users,
    roles: roles.map(({ name, rights }) => ({
      name,
      rights: rights.map(({ kind, prefix }) => ({ kind, prefix: toBase64(prefix) })),
    })),
    tokens: tokens.map((token) => ({
      ...token,
      salt: toBase64(token.salt),
      hash: toBase64(token.hash),
    })),
  };
}
