/**
 * The state hash: one hash over all that was decided and all that was answered, in order. Replicas at
 * the same position with different state hashes have parted ways.
 */
import { createHash } from 'node:crypto';
import type { Bytes, Reply } from '@paxkv/protocol';
import { pack, replyToRow } from '@paxkv/protocol';

/** One instance, applied. */
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
