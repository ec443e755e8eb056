/** How a batch gets from a replica that does not lead to the one that does. It is news: nobody answers. */
import type { Bytes } from '@paxkv/protocol';
import type { Port } from '../port.ts';

/** To the leader: please propose this batch of mine. */
export interface ForwardedBatch {
  readonly type: 'forward';
  /** Of the batch's origin; the node is the sender. */
  readonly runId: number;
  readonly number: number;
  readonly value: Bytes;
}

export type ForwardPort = Port<ForwardedBatch>;
