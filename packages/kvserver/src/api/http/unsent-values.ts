/** Counts the values of replies from the moment they are sent until their clients have received them. */
import type { ServerResponse } from 'node:http';
import { type Entry, KvError } from '@paxkv/protocol';
import type { ByteBudget } from '../client-bytes.ts';

/**
 * Counts the value of `entry` until `response` is received or its connection is closed. Call it before anything is
 * sent.
 *
 * @throws KvError `KV_OVERLOADED` if clients have not received too many bytes; a get has no effect, so it is *not done*.
 */
export function holdValue(
  response: ServerResponse,
  entry: Entry | undefined,
  unsent: ByteBudget,
): void {
  const bytes = entry?.value.length ?? 0;
  // Its client has gone, and the budget would never get the bytes back.
  if (bytes === 0 || response.destroyed) return;
  if (!unsent.take(bytes)) {
    const message =
      'unsentBytesMax is reached by values that clients have not received; retry later.';
    throw new KvError('KV_OVERLOADED', message);
  }
  response.once('close', () => unsent.giveBack(bytes));
}
