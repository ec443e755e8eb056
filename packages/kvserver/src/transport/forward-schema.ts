/** The schema of a forwarded batch. It travels on the same connections as the envelopes of Paxos. */
import { z } from 'zod';
import type { ForwardedBatch } from '../replica/forwarding/forward-port.ts';

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
      .transform((bytes) => new Uint8Array(bytes)),
  });
}
