/** The message that carries a batch to the leader. It has no answer: the sender sees the batch applied. */
import type { Bytes } from '@paxkv/protocol';
import type { Port } from '../port.ts';

/** To the leader: propose this batch of mine. */
export interface ForwardedBatch {
  readonly type: 'forward';
  /** With `number`, the origin of the batch; its node is the sender. */
  readonly runId: number;
  readonly number: number;
  readonly value: Bytes;
}

export type ForwardPort = Port<ForwardedBatch>;
