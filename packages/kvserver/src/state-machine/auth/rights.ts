/**
 * Decides what a principal may do. The same rule refuses a request when it arrives at a server, and again at its
 * place in the log, where a change of the table may have come before it.
 */
import {
  type AuthTable,
  adminRole,
  type Bytes,
  boundsOf,
  type Command,
  compareBytes,
  comparisonsOf,
  endOfPrefix,
  operationsOf,
  type Principal,
  type RangeBounds,
  type Right,
  type RightKind,
  rightsOf,
  rootUser,
} from '@paxkv/protocol';

/** Why a request is refused. */
export type AuthRefusal = 'unauthenticated' | 'forbidden';

/** What a request needs: a right, for a key or for every key in a range if the right is about keys. */
export interface Need {
  readonly kind: RightKind;
  readonly key?: Bytes;
  readonly range?: RangeBounds;
}

/** Whether the table knows the principal: a token or a user that was deleted proves nothing any more. */
export function isKnown(table: AuthTable, { user, token }: Principal): boolean {
  if (token !== undefined) {
    return table.tokens.some((known) => known.id === token && known.user === user);
  }
  return user === rootUser || table.users.some(({ name }) => name === user);
}

/** Whether the principal has the right. */
export function mayDo(table: AuthTable, { user }: Principal, need: Need): boolean {
  return isGranted(rightsOf(table, user), need);
}

function isGranted(rights: readonly Right[] | undefined, need: Need): boolean {
  return rights?.some((right) => grants(right, need)) ?? false;
}

/**
 * Why the table refuses the command; `undefined` if it admits it. An anonymous request may do everything as long as
 * the table does not require authentication.
 */
export function refusalOf(
  table: AuthTable,
  principal: Principal | undefined,
  command: Command,
): AuthRefusal | undefined {
  if (principal === undefined) return table.required ? 'unauthenticated' : undefined;
  if (!isKnown(table, principal)) return 'unauthenticated';
  const rights = rightsOf(table, principal.user);
  return needsOf(command).every((need) => isGranted(rights, need)) ? undefined : 'forbidden';
}

/**
 * Every right that the command needs. The reply to an increment shows the value, and the reply to a deleteRange a key that
 * it has left, so they need two. A transaction needs
 * the rights of both branches, so that being refused does not depend on what is stored. A lease has no right of its own: a
 * key is attached to it by a write of the key, and only its owner may end it.
 */
export function needsOf(command: Command): readonly Need[] {
  switch (command.type) {
    case 'openSession':
    case 'grantLease':
    case 'renewLease':
    case 'revokeLease':
      return [];
    case 'getAuth':
    case 'setAuth':
      return [{ kind: adminRole }];
    case 'get':
      return [{ kind: 'read', key: command.key }];
    case 'increment':
      return [
        { kind: 'read', key: command.key },
        { kind: 'write', key: command.key },
      ];
    case 'scan':
    case 'count':
    case 'changes':
      return [{ kind: 'read', range: boundsOf(command) }];
    case 'deleteRange':
      return [
        { kind: 'read', range: boundsOf(command) },
        { kind: 'write', range: boundsOf(command) },
      ];
    case 'transact':
      return [
        ...Array.from(comparisonsOf(command), ({ key }) => ({ kind: 'read', key }) as const),
        ...Array.from(operationsOf(command)).flatMap(needsOf),
      ];
    default:
      return [{ kind: 'write', key: command.key }];
  }
}

function grants({ kind, prefix }: Right, need: Need): boolean {
  if (kind === 'admin') return true;
  if (kind !== need.kind) return false;
  if (need.range !== undefined) return isWithin(need.range, prefix);
  return need.key === undefined || isPrefix(prefix, need.key);
}

/** Whether every key in the range begins with `prefix`. One right has to grant all of it. */
function isWithin({ first, end }: RangeBounds, prefix: Bytes): boolean {
  if (prefix.length === 0) return true;
  const limit = endOfPrefix(prefix);
  const isBelow = limit === undefined || (end !== undefined && compareBytes(end, limit) <= 0);
  return isBelow && isPrefix(prefix, first);
}

function isPrefix(prefix: Bytes, key: Bytes): boolean {
  return prefix.every((byte, index) => byte === key[index]);
}
