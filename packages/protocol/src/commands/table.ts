/**
 * The table of commands. HTTP, streams, the log, sessions, clients and the tests take from here what there
 * is. Rule: a tag or a path never changes its meaning, and is never given to another command.
 */
import type { RequestField } from '../fields.ts';
import { type Row, toCount } from '../rows.ts';
import { append } from './append.ts';
import { deleteKey } from './delete.ts';
import { get } from './get.ts';
import { increment } from './increment.ts';
import { openSession } from './open-session.ts';
import { put } from './put.ts';
import type { CommandSpec } from './spec.ts';

/**
 * The commands by type.
 *
 * @internal
 */
export const commands = { get, put, append, delete: deleteKey, openSession, increment } as const;

type Specs = typeof commands;

/** The name of a command. */
export type CommandType = keyof Specs;

/** The command of type `T`. */
export type CommandOf<T extends CommandType> = ReturnType<Specs[T]['fromRow']>;

/** What the store understands. A command and the state before it determine the reply and the state after it. */
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType];

/** What a command that was done is answered with: a reply of the same type. */
export type ReplyOf<T extends CommandType> = ReturnType<Specs[T]['reply']['fromRow']>;

/** The reply to any command that was done. */
export type DoneReply = { [T in CommandType]: ReplyOf<T> }[CommandType];

/** Commands that change the store, so that their replies are kept for retries. */
export type WriteType = {
  [T in CommandType]: Specs[T]['access'] extends 'write' ? T : never;
}[CommandType];

/** An entry of the table where it does not matter which. */
export type AnySpec = CommandSpec<Command, DoneReply>;

const byType: Readonly<Record<CommandType, AnySpec>> = commands;

/** A field of a command, and the name it has there. */
export type NamedField = readonly [name: string, field: RequestField<unknown>];

/** Every entry, by tag. */
export const allCommands: readonly AnySpec[] = Object.values<AnySpec>(commands).sort(
  (a, b) => a.tag - b.tag,
);

/** Tags are small and dense, so these are arrays. */
const byTag: (AnySpec | undefined)[] = [];
const fieldsByTag: NamedField[][] = [];
for (const spec of allCommands) {
  byTag[spec.tag] = spec;
  fieldsByTag[spec.tag] = Object.entries(spec.fields);
}

/** Whether there is a command of this type. */
export function isCommandType(type: unknown): type is CommandType {
  return typeof type === 'string' && Object.hasOwn(commands, type);
}

/** The specification of a command. */
export function specOf(type: CommandType): AnySpec {
  return byType[type];
}

/** In the order of its row. */
export function fieldsOf({ tag }: AnySpec): readonly NamedField[] {
  return fieldsByTag[tag] ?? [];
}

/** The row of a command: its tag and its fields. */
export function commandToRow(command: Command): Row {
  return byType[command.type].toRow(command);
}

/** @throws TooLargeError, TypeError unless `row` is a command within its limits, and nothing more. */
export function commandFromRow(row: Row): Command {
  const tag = toCount(row[0]);
  const spec = byTag[tag];
  if (spec === undefined) throw new TypeError(`No command has the tag ${tag}.`);
  const fieldCount = 1 + fieldsOf(spec).length;
  if (row.length === fieldCount) return spec.fromRow(row);
  throw new TypeError(`The row of ${spec.type} has ${fieldCount} fields, this one ${row.length}.`);
}

/** For a command that did not come in a row. @throws TooLargeError, TypeError unless it is within its limits. */
export function checkCommand(command: Command): void {
  for (const [name, field] of fieldsOf(byType[command.type])) {
    field.check(Reflect.get(command, name));
  }
}

export function replyToRow(reply: DoneReply): Row {
  return byType[reply.type].reply.toRow(reply);
}

/** @throws TypeError unless `row` is the reply to a command. */
export function replyFromRow(row: Row): DoneReply {
  const spec = byTag[toCount(row[0])];
  if (spec === undefined) throw new TypeError(`No reply has the tag ${String(row[0])}.`);
  return spec.reply.fromRow(row);
}
