/** What messages about whole states must look like. They travel beside the envelopes of Paxos. */
import { z } from 'zod';
import type { StateMessage } from '../replica/snapshot/state-port.ts';

const rowCountMax = 1_000_000;

/** Whether this content of a frame is meant for one of them: each names a transfer, and no envelope does. */
export function isAboutState(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'transfer' in content;
}

/** Rows read by it are views into the frame. */
export function stateSchema(seqMax: number): z.ZodType<StateMessage> {
  const transfer = z
    .int()
    .min(0)
    .max(2 ** 48);
  const page = z
    .int()
    .min(0)
    .max(2 ** 32);
  const row = z.tuple([z.instanceof(Uint8Array), z.instanceof(Uint8Array)]);
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('fetch'), transfer, page }),
    z.strictObject({
      type: z.literal('page'),
      transfer,
      page,
      applied: z.int().min(0).max(seqMax),
      rows: z.array(row).max(rowCountMax),
      isLast: z.boolean(),
    }),
    z.strictObject({ type: z.literal('refused'), transfer, reason: z.string().max(1024) }),
  ]);
}
