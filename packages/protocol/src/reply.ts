/**
 * Replies, and their rows: on a stream, in the sessions that keep them for retries, and in the state hash.
 * The reply to a command has the tag of the command. Two more rows stand for what was not done.
 */
import type { Outcome } from './commands/spec.ts';
import {
  commands,
  type DoneReply,
  replyFromRow as doneFromRow,
  replyToRow as doneToRow,
  type ReplyOf,
  type WriteType,
} from './commands/table.ts';
import { isOutcome, type KvError } from './errors.ts';
import { isRefusal, type Refusal } from './refusals.ts';
import { type Row, toText } from './rows.ts';

/** The store did not do it. */
export interface RefusedReply {
  readonly type: 'refused';
  readonly reason: Refusal;
}

/** What the store answers to a request: a reply of the type of its command, or a refusal. */
export type Reply = DoneReply | RefusedReply;

/** A reply worth keeping for a retry: that of a write. It is small, whatever was written. */
export type WriteReply = ReplyOf<WriteType> | RefusedReply;

/** In sessions and the state hash. Streams carry refusals as errors. */
const refusedTag = 5;
/** On streams only. */
const errorTag = -1;

/** The row of a reply, as sessions and the state hash keep it. */
export function replyToRow(reply: Reply): Row {
  return reply.type === 'refused' ? [refusedTag, reply.reason] : doneToRow(reply);
}

/** Of a reply that a session keeps. @throws TypeError */
export function writeReplyFromRow(row: Row): WriteReply {
  if (row[0] === refusedTag) return { type: 'refused', reason: toRefusal(row[1]) };
  const reply = doneFromRow(row);
  if (isWriteReply(reply)) return reply;
  throw new TypeError(`A reply to ${reply.type} is not kept.`);
}

/** Whether a session keeps this reply for retries. */
export function isWriteReply(reply: Reply): reply is WriteReply {
  return reply.type === 'refused' || commands[reply.type].access === 'write';
}

/** What a stream carries instead of a reply. A newer server may send a code that is not known here. */
export interface ErrorAnswer {
  readonly type: 'error';
  readonly code: string;
  readonly outcome: Outcome;
  readonly message: string;
}

/** The row of an error on a stream. */
export function errorToRow({ code, outcome, message }: KvError): Row {
  return [errorTag, code, outcome, message];
}

/** The answer to a request, from a stream. @throws TypeError if `row` is neither a reply nor an error. */
export function answerFromRow(row: Row): DoneReply | ErrorAnswer {
  return row[0] === errorTag ? toErrorAnswer(row) : doneFromRow(row);
}

function toErrorAnswer(row: Row): ErrorAnswer {
  const outcome = row[2];
  if (!isOutcome(outcome)) throw new TypeError('An error without an outcome.');
  return { type: 'error', code: toText(row[1]), outcome, message: toText(row[3]) };
}

function toRefusal(field: unknown): Refusal {
  const reason = toText(field);
  if (isRefusal(reason)) return reason;
  throw new TypeError(`No refusal is called ${reason}.`);
}
