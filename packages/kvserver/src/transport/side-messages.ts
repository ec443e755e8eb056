/**
 * The schemas of forwarded batches and state transfer messages, which travel on the same connections as the
 * envelopes of Paxos.
 */
import { copyToPages } from '@paxkv/protocol';
import { z } from 'zod';
import type { ForwardedBatch, StateMessage } from '../replica/ports.ts';

/** Whether the content of a frame is a forwarded batch, valid or not. */
export function isForwarded(content: unknown): boolean {
  return (
    typeof content === 'object' &&
    content !== null &&
    'type' in content &&
    content.type === 'forward'
  );
}

export function forwardSchema(valueBytesMax: number): z.ZodType<ForwardedBatch> {
  return z.strictObject({
    type: z.literal('forward'),
    runId: z
      .int()
      .min(0)
      .max(2 ** 52),
    number: z.int().min(0),
    value: z
      .instanceof(Uint8Array)
      .refine((bytes) => bytes.byteLength <= valueBytesMax, `longer than ${valueBytesMax} bytes`)
      // The bytes are a view of a whole frame, and keeping the view would keep the frame in memory.
      .transform(copyToPages),
  });
}

const rowCountMax = 1_000_000;

/** Whether the content is a state transfer message, valid or not: only these have a `transfer`. */
export function isAboutState(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'transfer' in content;
}

/** The schema of state transfer messages. The rows that it returns are views into the frame. */
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
