/** The contract between clients and servers: commands, replies, errors, limits and codecs. */
export type { AppendCommand, AppendReply } from './commands/append.ts';
export type { DeleteCommand, DeleteReply } from './commands/delete.ts';
export type { Consistency, Entry, GetCommand, GetReply, Versions } from './commands/get.ts';
export type { IncrementCommand, IncrementReply } from './commands/increment.ts';
export type { OpenSessionCommand, OpenSessionReply } from './commands/open-session.ts';
export type { PutCommand, PutReply } from './commands/put.ts';
export type {
  CommandSpec,
  ErrorCode,
  JsonCodec,
  Outcome,
  RefusalSpec,
  ReplySpec,
} from './commands/spec.ts';
export {
  type AnySpec,
  allCommands,
  type Command,
  type CommandOf,
  type CommandType,
  checkCommand,
  commandFromRow,
  commands,
  commandToRow,
  type DoneReply,
  fieldsOf,
  isCommandType,
  type NamedField,
  type ReplyOf,
  specOf,
  type WriteType,
} from './commands/table.ts';
export {
  type ErrorReply,
  errorCodes,
  errorReplySchema,
  isKvErrorCode,
  KvError,
  type KvErrorCode,
} from './errors.ts';
export { type Field, type FieldLimits, type RequestField, TooLargeError } from './fields.ts';
export * from './frames.ts';
export * from './limits.ts';
export * from './refusals.ts';
export * from './reply.ts';
export * from './request.ts';
export * from './routes.ts';
export * from './rows.ts';
export * from './stamp.ts';
export * from './status.ts';
