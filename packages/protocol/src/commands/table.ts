/**
 * The table of commands. HTTP, streams, the log, sessions, clients and the tests derive their commands from it.
 * Rule: a tag or a path never changes its meaning, and is never given to another command.
 */
import type { RequestField } from '../fields.ts';
import { type Row, toCount } from '../rows.ts';
import { append } from './append.ts';
import { changes } from './changes.ts';
import { count } from './count.ts';
import { deleteKey } from './delete.ts';
import { deleteRange } from './delete-range.ts';
import { get } from './get.ts';
import { getAuth } from './get-auth.ts';
import { grantLease } from './grant-lease.ts';
import { increment } from './increment.ts';
import { openSession } from './open-session.ts';
import { put } from './put.ts';
import { putLeased } from './put-leased.ts';
import { putTtl } from './put-ttl.ts';
import { renewLease } from './renew-lease.ts';
import { revokeLease } from './revoke-lease.ts';
import { scan } from './scan.ts';
import { setAuth } from './set-auth.ts';
import type { CommandSpec } from './spec.ts';
import { transact } from './transact.ts';

export type { AppendCommand, AppendReply } from './append.ts';
export type {
  ChangeEvent,
  ChangesCommand,
  ChangesReply,
  DeleteEvent,
  PutEvent,
} from './changes.ts';
export type { Comparison, CountProperty, Relation } from './comparison.ts';
export type { CountCommand, CountReply } from './count.ts';
export type { DeleteCommand, DeleteReply } from './delete.ts';
export type { DeleteRangeCommand, DeleteRangeReply } from './delete-range.ts';
export type { Consistency, Entry, GetCommand, GetReply, Versions } from './get.ts';
export type { GetAuthCommand, GetAuthReply } from './get-auth.ts';
export type { GrantLeaseCommand, GrantLeaseReply } from './grant-lease.ts';
export type { IncrementCommand, IncrementReply } from './increment.ts';
export type { KeyOperation, KeyOperationReply } from './key-operations.ts';
export type { OpenSessionCommand, OpenSessionReply } from './open-session.ts';
export type { Continuation } from './page.ts';
export type { PutCommand, PutReply } from './put.ts';
export type { PutLeasedCommand, PutLeasedReply } from './put-leased.ts';
export type { PutTtlCommand, PutTtlReply } from './put-ttl.ts';
export type { RenewLeaseCommand, RenewLeaseReply } from './renew-lease.ts';
export type { RevisionOrNow } from './revision.ts';
export type { RevokeLeaseCommand, RevokeLeaseReply } from './revoke-lease.ts';
export type { ScanCommand, ScannedEntry, ScanReply } from './scan.ts';
export type { SetAuthCommand, SetAuthReply } from './set-auth.ts';
export type { OperationReply, TransactReply } from './transact.ts';
export type { Operation, TransactCommand, Transaction } from './transaction.ts';

/**
 * The commands by type.
 *
 * @internal
 */
export const commands = {
  get,
  put,
  append,
  delete: deleteKey,
  openSession,
  increment,
  getAuth,
  setAuth,
  transact,
  scan,
  count,
  deleteRange,
  grantLease,
  renewLease,
  revokeLease,
  putLeased,
  putTtl,
  changes,
} as const;

type Specs = typeof commands;

/** The name of a command. */
export type CommandType = keyof Specs;

/** The command of type `T`. */
export type CommandOf<T extends CommandType> = ReturnType<Specs[T]['fromRow']>;

/** A command of the store. The command and the state before it determine the reply and the state after it. */
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];

/** The reply to a command that took effect. It has the type of the command. */
export type ReplyOf<T extends CommandType> = ReturnType<Specs[T]['reply']['fromRow']>;

/** The reply to any command that took effect. */
export type DoneReply = { [T in CommandType]: ReplyOf<T> }[CommandType];

/** The types of commands that change the store. Sessions cache their replies for retries. */
export type WriteType = {
  [T in CommandType]: Specs[T]['access'] extends 'write' ? T : never;
}[CommandType];

/** A read of a range. It is answered from the state of a server and is never in the log. */
export type RangeRead = CommandOf<'scan' | 'count' | 'changes'>;

/** A read of the entries of a range, and not of its changes. */
export type PageRead = Exclude<RangeRead, CommandOf<'changes'>>;

/** Whether the command reads a range. */
export function isRangeRead(command: Command): command is RangeRead {
  return command.type === 'scan' || command.type === 'count' || command.type === 'changes';
}

/** Any entry of the table. */
export type AnySpec = CommandSpec<Command, DoneReply>;

const byType: Readonly<Record<CommandType, AnySpec>> = commands;

/** A field of a command with its name. */
export type NamedField = readonly [name: string, field: RequestField<unknown>];

/** All entries, ordered by tag. */
export const allCommands: readonly AnySpec[] = Object.values<AnySpec>(commands).sort(
  (a, b) => a.tag - b.tag,
);

/** Arrays, since tags are small and dense. */
const byTag: (AnySpec | undefined)[] = [];
const fieldsByTag: NamedField[][] = [];
for (const spec of allCommands) {
  byTag[spec.tag] = spec;
  fieldsByTag[spec.tag] = Object.entries(spec.fields);
}

/** Whether `type` is the type of a command. */
export function isCommandType(type: unknown): type is CommandType {
  return typeof type === 'string' && Object.hasOwn(commands, type);
}

/** The specification of a command. */
export function specOf(type: CommandType): AnySpec {
  return byType[type];
}

/** The fields of a command in the order of its row. */
export function fieldsOf({ tag }: AnySpec): readonly NamedField[] {
  return fieldsByTag[tag] ?? [];
}

/** The row of a command: its tag and its fields. */
export function commandToRow(command: Command): Row {
  return byType[command.type].toRow(command);
}

/** @throws TooLargeError, TypeError unless `row` is exactly a command within its limits. */
export function commandFromRow(row: Row): Command {
  const tag = toCount(row[0]);
  const spec = byTag[tag];
  if (spec === undefined) throw new TypeError(`Unknown command tag ${tag}.`);
  const fieldCount = 1 + fieldsOf(spec).length;
  if (row.length === fieldCount) return spec.fromRow(row);
  throw new TypeError(
    `The row of ${spec.type} must have ${fieldCount} fields, but has ${row.length}.`,
  );
}

/** Checks the limits of a command that was not decoded from a row. @throws TooLargeError, TypeError */
export function checkCommand(command: Command): void {
  const spec = byType[command.type];
  for (const [name, field] of fieldsOf(spec)) field.check(Reflect.get(command, name));
  spec.check?.(command);
}

/** The row of a reply to a command that was done. */
export function doneReplyToRow(reply: DoneReply): Row {
  return byType[reply.type].reply.toRow(reply);
}

/** @throws TypeError unless `row` is the reply to a command. */
export function doneReplyFromRow(row: Row): DoneReply {
  const spec = byTag[toCount(row[0])];
  if (spec === undefined) throw new TypeError(`Unknown reply tag ${String(row[0])}.`);
  return spec.reply.fromRow(row);
}
