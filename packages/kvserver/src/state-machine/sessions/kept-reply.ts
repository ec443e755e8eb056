/**
 * The part of a reply that a session keeps for retries. What a transaction read may be large, and a retry that gets
 * the reply without it still learns that the transaction was done.
 */
import {
  bytesReadIn,
  pack,
  replyToRow,
  type TransactReply,
  type WriteReply,
} from '@paxkv/protocol';

/** The largest reply of a transaction that is kept whole, in bytes. These bounds are part of the log format. */
const keptBytesMax = 1024;
/**
 * Larger replies are kept whole while all replies of the session take no more than the second bound. So a whole window
 * of replies is within the bound of a session, and no reply displaces another.
 */
const alwaysKeptBytesMax = 80;
const sessionKeptBytesMax = 16 * 1024;
/** About how many bytes any other reply takes: it has a few numbers at most. */
const smallBytes = 64;
/** What a transaction's reply takes besides its row. */
const overheadBytes = 48;

/** The reply as it is kept. `sessionBytes`: what the other replies of the session take. */
export function keptPart(reply: WriteReply, sessionBytes: number): WriteReply {
  if (reply.type !== 'transact' || isKeptWhole(reply, sessionBytes)) return reply;
  return { ...reply, results: null };
}

function isKeptWhole(reply: TransactReply, sessionBytes: number): boolean {
  // A reply with large values is not packed to learn how large it is.
  if (bytesReadIn(reply) > keptBytesMax) return false;
  const bytes = bytesOf(reply);
  if (bytes <= alwaysKeptBytesMax) return true;
  return bytes <= keptBytesMax && sessionBytes + bytes <= sessionKeptBytesMax;
}

/** About how many bytes a reply takes in a row of the log format. */
export function bytesOf(reply: WriteReply): number {
  if (reply.type === 'refused') return smallBytes + reply.reason.length;
  if (reply.type !== 'transact' || reply.results === null) return smallBytes;
  return overheadBytes + pack(replyToRow(reply)).length;
}
