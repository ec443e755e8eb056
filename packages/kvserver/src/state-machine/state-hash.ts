/**
 * The state hash: a chained hash over all decided values and all replies, in order. Replicas at the same
 * position with different state hashes have diverged.
 */
import { createHash } from 'node:crypto';
import type { Bytes, Reply } from '@paxkv/protocol';
import { pack, replyToRow } from '@paxkv/protocol';

/** One applied instance. */
export interface Step {
  readonly seq: number;
  readonly value: Bytes;
  readonly replies: readonly Reply[];
}

export function nextStateHash(previous: Bytes, { seq, value, replies }: Step): Bytes {
  return createHash('sha256')
    .update(previous)
    .update(pack([seq, value.length]))
    .update(value)
    .update(pack(replies.map(replyToRow)))
    .digest();
}
