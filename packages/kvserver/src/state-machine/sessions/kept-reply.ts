/**
 * The part of a reply that a session keeps for retries. What a transaction read may be large, and a retry that gets
 * the reply without it still learns that the transaction was done.
 */
import { pack, replyToRow, type WriteReply } from '@paxkv/protocol';

/** The largest reply of a transaction that is kept whole, in bytes. This bound is part of the log format. */
const keptBytesMax = 1024;
/** About how many bytes any other reply takes: it has a few numbers at most. */
const smallBytes = 64;

/** The reply as it is kept. */
export function keptPart(reply: WriteReply): WriteReply {
  if (reply.type !== 'transact' || bytesOf(reply) <= keptBytesMax) return reply;
  return { ...reply, results: null };
}

/** About how many bytes a reply takes in a row of the log format. */
export function bytesOf(reply: WriteReply): number {
  if (reply.type === 'refused') return smallBytes + reply.reason.length;
  if (reply.type !== 'transact' || reply.results === null) return smallBytes;
  return smallBytes + pack(replyToRow(reply)).length;
}
