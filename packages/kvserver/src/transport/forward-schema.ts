/** What a batch on its way to the leader must look like. It travels beside the envelopes of Paxos. */
import { z } from 'zod';
import type { ForwardedBatch } from '../replica/forwarding/forward-port.ts';

/** Whether this content of a frame is meant for one. */
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
      // What arrives is a view of a whole frame, and a kept view would keep all of it in memory.
      .transform((bytes) => new Uint8Array(bytes)),
  });
}
