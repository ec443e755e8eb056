/** Limits of one client's stream. */
import { transactionBytesMax } from '@paxkv/protocol';
import type { HttpLimits } from './http-limits.ts';
import type { Resources } from './resources.ts';

export interface StreamLimits {
  /** The largest frame accepted from a client. It has room for any single request. */
  readonly frameBytesMax: number;
  /** Bytes of replies in one frame. Further replies go into the next frame; a single reply may be larger. */
  readonly replyFrameBytesMax: number;
  /** Pending requests of one connection; more are refused. */
  readonly inFlightCountMax: number;
  /** Bytes of the frames of pending requests. Above this the server stops reading the connection. */
  readonly inFlightBytesMax: number;
  /** Bytes of replies that the client has not read. Above this the server stops reading the connection. */
  readonly unsentBytesMax: number;
  /** Bytes of replies that the client has not read, above which gets wait. */
  readonly unsentValueBytesMax: number;
  /** Streams open at once. It leaves room for HTTP clients and servers on the same port. */
  readonly connectionCountMax: number;
  /** Time between two pings. */
  readonly pingIntervalMs: number;
  /** A connection on which nothing has arrived for this long is closed. */
  readonly silenceMsMax: number;
  /** How long a client may take to receive one frame of replies, in milliseconds. */
  readonly slowMsMax: number;
  /** The same while other clients wait for room. */
  readonly shortSlowMsMax: number;
  /** Pings, pongs and frames without content that a client may send in a second. */
  readonly controlRateMax: number;
  /** How long a client may take to confirm that the connection closes. */
  readonly closeMsMax: number;
}

const mebibyte = 1024 * 1024;
/** The most bytes of a request besides a transaction, which is the largest command: the stamp and the headers. */
const overheadBytes = 1024;

export const streamLimitsDefault: StreamLimits = {
  frameBytesMax: transactionBytesMax + overheadBytes,
  replyFrameBytesMax: mebibyte,
  inFlightCountMax: 4096,
  inFlightBytesMax: 4 * mebibyte,
  unsentBytesMax: 4 * mebibyte,
  unsentValueBytesMax: 16 * mebibyte,
  connectionCountMax: 512,
  pingIntervalMs: 10_000,
  silenceMsMax: 30_000,
  slowMsMax: 30_000,
  shortSlowMsMax: 2000,
  controlRateMax: 100,
  closeMsMax: 1000,
};

/** The share of all connections that streams may take. */
const connectionShare = 3 / 4;
/** The share of the memory that one incomplete frame on each stream may take. */
const memoryShare = 1 / 4;

/** How many streams may be open at once on a server with these limits and resources. */
export function streamCountMax(
  { connectionCountMax }: Pick<HttpLimits, 'connectionCountMax'>,
  { memoryBytes }: Pick<Resources, 'memoryBytes'>,
): number {
  const byMemory = (memoryShare * memoryBytes) / streamLimitsDefault.frameBytesMax;
  const counts = [streamLimitsDefault.connectionCountMax, connectionShare * connectionCountMax];
  return Math.max(1, Math.floor(Math.min(...counts, byMemory)));
}
