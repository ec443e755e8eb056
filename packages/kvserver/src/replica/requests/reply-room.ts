/** The reply to a transaction, as far as its client has room for what it has read. */
import { bytesReadIn, type Reply } from '@paxkv/protocol';
import type { ReplyRoom } from '../../budget/client.ts';

/**
 * The reply itself, or without results if there is no room for them. The transaction was done, and what it has read
 * cannot be read again later, so the reply waits for no room.
 */
export function withRoom(reply: Reply, room: Pick<ReplyRoom, 'reserve'> | undefined): Reply {
  if (reply.type !== 'transact' || room === undefined) return reply;
  const bytes = bytesReadIn(reply);
  return bytes === 0 || room.reserve(bytes) ? reply : { ...reply, results: null };
}
