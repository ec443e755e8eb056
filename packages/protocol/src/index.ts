/** The contract between clients and servers: commands, replies, errors, limits and codecs. */
export type { Consistency, Entry, Versions } from './commands/get.ts';
export type { Outcome } from './commands/spec.ts';
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
export { type FieldLimits, type RequestField, TooLargeError } from './fields.ts';
export * from './frames.ts';
export * from './limits.ts';
export * from './refusals.ts';
export * from './reply.ts';
export * from './request.ts';
export * from './routes.ts';
export * from './rows.ts';
export * from './stamp.ts';
export * from './status.ts';
