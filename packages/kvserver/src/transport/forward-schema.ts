/** What a batch on its way to the leader must look like. It travels beside the envelopes of Paxos. */
import { z } from 'zod';
import type { HandedOver } from '../replica/forwarding/forward-port.ts';

/** Whether this content of a frame is meant for one. */
export function isHandedOver(content: unknown): boolean {
  return (
    typeof content === 'object' &&
    content !== null &&
    'type' in content &&
    content.type === 'handOver'
  );
}

export function handOverSchema(valueBytesMax: number): z.ZodType<HandedOver> {
  return z.strictObject({
    type: z.literal('handOver'),
    boot: z
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
