/**
 * Replies and their rows, which streams, the reply caches of sessions and the state hash contain. The row of a
 * reply has the tag of its command. Refusals and errors have tags of their own.
 */
import type { Outcome } from './commands/spec.ts';
import {
  commands,
  type DoneReply,
  doneReplyFromRow,
  doneReplyToRow,
  type ReplyOf,
  type WriteType,
} from './commands/table.ts';
import { isOutcome, type KvError } from './errors.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import { type Row, toCount, toText } from './rows.ts';

/** The store refused the request. */
export interface RefusedReply {
  readonly type: 'refused';
  readonly reason: Refusal;
}

/** The reply of the store to a request: a reply to its command, or a refusal. */
export type Reply = DoneReply | RefusedReply;

/** The reply to a write, which sessions cache for retries. It is small, even if the written value is large. */
export type WriteReply = ReplyOf<WriteType> | RefusedReply;

/** Used in sessions and in the state hash. Streams carry refusals as errors. */
const refusedTag = 5;
/** Used on streams only. */
const errorTag = -1;

/** The row of a reply in sessions and in the state hash. */
export function replyToRow(reply: Reply): Row {
  return reply.type === 'refused' ? [refusedTag, reply.reason] : doneReplyToRow(reply);
}

/** Decodes a reply that a session caches. @throws TypeError */
export function writeReplyFromRow(row: Row): WriteReply {
  if (row[0] === refusedTag) return { type: 'refused', reason: toRefusal(row[1]) };
  const reply = doneReplyFromRow(row);
  if (isWriteReply(reply)) return reply;
  throw new TypeError(`Replies to ${reply.type} are not cached.`);
}

/** Whether a session caches this reply for retries. */
export function isWriteReply(reply: Reply): reply is WriteReply {
  return reply.type === 'refused' || commands[reply.type].access === 'write';
}

/** An error that a stream carries instead of a reply. A newer server may send an unknown code. */
export interface ErrorAnswer {
  readonly type: 'error';
  readonly code: string;
  readonly outcome: Outcome;
  readonly message: string;
  /** See `KvError`. */
  readonly retryAfterMs?: number;
}

/** The row of an error on a stream. Its last field may be absent, and clients ignore fields that they do not know. */
export function errorToRow({ code, outcome, message, retryAfterMs }: KvError): Row {
  const row = [errorTag, code, outcome, message];
  return retryAfterMs === undefined ? row : [...row, retryAfterMs];
}

/** Decodes the reply or error to a request on a stream. @throws TypeError if `row` is neither. */
export function answerFromRow(row: Row): DoneReply | ErrorAnswer {
  return row[0] === errorTag ? toErrorAnswer(row) : doneReplyFromRow(row);
}

function toErrorAnswer(row: Row): ErrorAnswer {
  const outcome = row[2];
  if (!isOutcome(outcome)) throw new TypeError('The row of an error has no outcome.');
  const error = { type: 'error', code: toText(row[1]), outcome, message: toText(row[3]) } as const;
  return row[4] === undefined ? error : { ...error, retryAfterMs: toCount(row[4]) };
}

function toRefusal(field: unknown): Refusal {
  const reason = toText(field);
  if (isRefusal(reason)) return reason;
  throw new TypeError(`Unknown refusal ${reason}.`);
}
