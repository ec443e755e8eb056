/**
 * The schemas of forwarded batches, checksums of states and state transfer messages, which travel on the same connections as the
 * envelopes of Paxos.
 */
import { copyToPages } from '@paxkv/protocol';
import { z } from 'zod';
import type { ChecksumMessage, ForwardedBatch, StateMessage } from '../replica/ports.ts';

/** Whether the content of a frame is a forwarded batch, valid or not. */
export function isForwarded(content: unknown): boolean {
  return isOfType(content, 'forward');
}

/** Whether the content of a frame is the checksum of a state, valid or not. */
export function isChecksum(content: unknown): boolean {
  return isOfType(content, 'checksum');
}

function isOfType(content: unknown, type: string): boolean {
  return (
    typeof content === 'object' && content !== null && 'type' in content && content.type === type
  );
}

export function checksumSchema(seqMax: number): z.ZodType<ChecksumMessage> {
  return z.strictObject({
    type: z.literal('checksum'),
    applied: z.int().min(0).max(seqMax),
    count: z.int().min(0).max(seqMax),
    sum: z
      .int()
      .min(0)
      .max(2 ** 32 - 1),
  });
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

/** More than fit into a page: a row with its key takes some bytes, and a page has 256 KiB and one row. */
const rowCountMax = 65_536;
/** The most values in one page of the log. */
const valueCountMax = 1024;
/** More than any key of a row has. */
const keyBytesMax = 64 * 1024;

export interface StateBounds {
  readonly seqMax: number;
  readonly valueBytesMax: number;
}

/** Whether the content is a state transfer message, valid or not: only these have a `transfer`. */
export function isAboutState(content: unknown): boolean {
  return typeof content === 'object' && content !== null && 'transfer' in content;
}

/**
 * The schema of state transfer messages. The rows that it returns are views into the frame. Values of the log are
 * copies, since they stay in memory.
 */
export function stateSchema({ seqMax, valueBytesMax }: StateBounds): z.ZodType<StateMessage> {
  const seq = z.int().min(0).max(seqMax);
  const bytes = z.instanceof(Uint8Array);
  const transfer = z
    .int()
    .min(0)
    .max(2 ** 48);
  const page = z
    .int()
    .min(0)
    .max(2 ** 32);
  const applied = z.int().min(0).max(seqMax);
  const byteCount = z.int().min(0);
  const value = bytes
    .refine(({ byteLength }) => byteLength <= valueBytesMax, `longer than ${valueBytesMax} bytes`)
    .transform((view) => new Uint8Array(view));
  const after = bytes.refine(({ byteLength }) => byteLength <= keyBytesMax, 'too long');
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('findLog'), transfer, seq }),
    z.strictObject({ type: z.literal('logFound'), transfer, isHeld: z.boolean() }),
    z.strictObject({
      type: z.literal('fetchLog'),
      transfer,
      seq,
      received: byteCount,
      credit: byteCount,
    }),
    z.strictObject({
      type: z.literal('logPage'),
      transfer,
      seq,
      values: z.array(value).max(valueCountMax),
      applied: z.int().min(-1).max(seqMax),
    }),
    z.strictObject({
      type: z.literal('fetch'),
      transfer,
      attempt: page,
      page,
      after,
      credit: page,
    }),
    z.strictObject({
      type: z.literal('page'),
      transfer,
      attempt: page,
      page,
      applied,
      total: z.int().min(0),
      rows: z.array(z.tuple([bytes, bytes])).max(rowCountMax),
      isLast: z.boolean(),
    }),
    z.strictObject({ type: z.literal('release'), transfer }),
    z.strictObject({ type: z.literal('refused'), transfer, reason: z.string().max(1024) }),
  ]);
}
