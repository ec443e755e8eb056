/** Limits on what one client may request by HTTP. Every limit has a safe default. */
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { z } from 'zod';

/** The schema of a count: a whole number from 1 to 2³¹ − 1, which is also the maximum of timers. */
export function positiveCount(byDefault: number) {
  return z
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(byDefault);
}

/** How much HTTP clients may ask for. Each limit is a whole number from 1 to 2³¹ − 1. */
export interface HttpLimits {
  /** Bytes of a JSON body. The default has room for the longest key and value in base64. */
  readonly bodyBytesMax: number;
  /** Longest time from the end of the headers to the end of the body, in milliseconds. Default 20,000. */
  readonly bodyTimeoutMs: number;
  /** Longest time from the first byte of a request to the end of its headers, in ms. Default 10,000. */
  readonly headersTimeoutMs: number;
  /**
   * Time that a client has to receive a reply, in milliseconds. Its connection is cut after this time, or up to
   * twice this time. Default 30,000.
   */
  readonly replyTimeoutMs: number;
  /** How long a connection without a request stays open, in milliseconds. Default 30,000. */
  readonly keepAliveTimeoutMs: number;
  /** Bytes of the request line and all headers. Default 16 KiB. */
  readonly headerBytesMax: number;
  /** Headers of one request. Default 100. */
  readonly headerCountMax: number;
  /** Most open connections. Further ones are closed unread. Default 1,024. */
  readonly connectionCountMax: number;
  /** Most open connections from one address other than loopback. Default 256. */
  readonly addressConnectionCountMax: number;
  /** Most pending requests of one connection. Default 64. */
  readonly pipelinedRequestCountMax: number;
}

export const httpLimitsSchema: z.ZodType<HttpLimits> = z.strictObject({
  bodyBytesMax: positiveCount(Math.ceil((keyBytesMax + valueBytesMax) * 1.45)),
  bodyTimeoutMs: positiveCount(20_000),
  headersTimeoutMs: positiveCount(10_000),
  replyTimeoutMs: positiveCount(30_000),
  keepAliveTimeoutMs: positiveCount(30_000),
  headerBytesMax: positiveCount(16 * 1024),
  headerCountMax: positiveCount(100),
  connectionCountMax: positiveCount(1024),
  addressConnectionCountMax: positiveCount(256),
  pipelinedRequestCountMax: positiveCount(64),
});

export const httpLimitsDefault: HttpLimits = httpLimitsSchema.parse({});
