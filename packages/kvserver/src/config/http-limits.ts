/** How much one client may ask of the HTTP door. Every limit has a safe default. */
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { z } from 'zod';

/** A setting that counts something: whole, from 1 to 2³¹ − 1, so that timers take it too. */
export function positiveCount(byDefault: number) {
  return z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(byDefault);
}

export const httpLimitsSchema = z.strictObject({
  /** Bytes of a JSON body: a key and a value in base64, and some room for their names. */
  bodyBytesMax: positiveCount(Math.ceil((keyBytesMax + valueBytesMax) * 1.45)),
  /** From the end of the headers to the end of the body. */
  bodyTimeoutMs: positiveCount(20_000),
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: positiveCount(10_000),
  /** For a client to take an answer, or up to twice that; then its connection is cut. */
  replyTimeoutMs: positiveCount(30_000),
  /** How long a connection without a request stays open. */
  keepAliveTimeoutMs: positiveCount(30_000),
  /** Bytes of the request line and all headers. */
  headerBytesMax: positiveCount(16 * 1024),
  headerCountMax: positiveCount(100),
  /** Connections open at once; surplus ones are closed unheard. */
  connectionCountMax: positiveCount(1024),
  /** Of them, from one address beyond this machine. */
  addressConnectionCountMax: positiveCount(256),
  /** Requests of one connection that may be under way at once. */
  pipelinedRequestCountMax: positiveCount(64),
});

export type HttpLimits = Readonly<z.infer<typeof httpLimitsSchema>>;

export const httpLimitsDefault: HttpLimits = httpLimitsSchema.parse({});
