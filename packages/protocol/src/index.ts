/** The contract between clients and servers: commands, replies, errors, limits and codecs. */
export * from './auth-table.ts';
export { changesWaitMsMax } from './commands/changes.ts';
export { countLimitMax } from './commands/count.ts';
export { deleteRangeBytesMax, deleteRangeKeysMax } from './commands/delete-range.ts';
export type { KeyOperation, KeyOperationReply } from './commands/key-operations.ts';
export { scanLimitMax } from './commands/scan.ts';
export type {
  CommandSpec,
  ErrorCode,
  JsonCodec,
  Outcome,
  RefusalSpec,
  ReplySpec,
} from './commands/spec.ts';
export type * from './commands/table.ts';
export {
  allCommands,
  checkCommand,
  commandFromRow,
  commands,
  commandToRow,
  fieldsOf,
  isCommandType,
  isRangeRead,
  specOf,
} from './commands/table.ts';
export { bytesReadIn, transactionBytesMax } from './commands/transact.ts';
export {
  comparisonsOf,
  operationsOf,
  transactionDepthMax,
  transactionItemsMax,
} from './commands/transaction.ts';
export { durationText } from './duration-text.ts';
export {
  type ErrorDetails,
  type ErrorReply,
  errorCodes,
  errorReplySchema,
  isKvErrorCode,
  KvError,
  type KvErrorCode,
  newerErrorSchema,
} from './errors.ts';
export { type Field, type FieldLimits, type RequestField, TooLargeError } from './fields.ts';
export * from './frames.ts';
export { id128Bytes, id128Schema, isId128, toId128 } from './id128.ts';
export * from './key-range.ts';
export { type LeaseId, leaseKeysMax, leaseTtlMsMax, leaseTtlMsMin, toLeaseId } from './lease.ts';
export * from './limits.ts';
export { copyToPages, pageBytes, pagedBytesMin } from './page-bytes.ts';
export * from './principal.ts';
export * from './refusals.ts';
export * from './reply.ts';
export * from './request.ts';
export * from './routes.ts';
export { BytesInParts, bytesHeader, packInPieces } from './row-pieces.ts';
export * from './rows.ts';
export { type SessionId, toSessionId } from './session-id.ts';
export { ShortTexts, shortTextBytesMax } from './short-texts.ts';
export * from './stamp.ts';
export * from './status.ts';
export { type Packer, packTight } from './tight-pack.ts';
export * from './token.ts';
