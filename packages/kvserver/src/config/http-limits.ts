/** Limits on what one client may request by HTTP. Every limit has a safe default. */
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';
import { z } from 'zod';
import type { Resources } from './resources.ts';

/** The schema of a count: a whole number from 1 to 2³¹ − 1, which is also the maximum of timers. */
export function positiveCount() {
  return z
    .int()
    .min(1)
    .max(2 ** 31 - 1);
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
  bodyBytesMax: positiveCount().default(Math.ceil((keyBytesMax + valueBytesMax) * 1.45)),
  bodyTimeoutMs: positiveCount().default(20_000),
  headersTimeoutMs: positiveCount().default(10_000),
  replyTimeoutMs: positiveCount().default(30_000),
  keepAliveTimeoutMs: positiveCount().default(30_000),
  headerBytesMax: positiveCount().default(16 * 1024),
  headerCountMax: positiveCount().default(100),
  connectionCountMax: positiveCount().default(1024),
  addressConnectionCountMax: positiveCount().default(256),
  pipelinedRequestCountMax: positiveCount().default(64),
});

export const httpLimitsDefault: HttpLimits = httpLimitsSchema.parse({});

/** Files that the server's own data needs: segments, tables, and what is opened for a moment. */
const dataFileCount = 64;
/** Files for each server of the cluster: a connection in each direction, and as many that are being replaced. */
const filesPerNode = 4;
/** Clients are served even where this leaves too few files for the rest. */
const connectionCountMin = 8;

/** These limits with fewer connections, so that enough files stay free for the data and for other servers. */
export function httpLimitsWithin(
  limits: HttpLimits,
  { openFileCount }: Pick<Resources, 'openFileCount'>,
  nodeCount: number,
): HttpLimits {
  const room = openFileCount - dataFileCount - filesPerNode * nodeCount;
  const connectionCountMax = Math.min(
    limits.connectionCountMax,
    Math.max(connectionCountMin, room),
  );
  return { ...limits, connectionCountMax };
}
