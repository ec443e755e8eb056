/** How much one client may ask of the stream, and how long it may be silent. */
import { keyBytesMax, valueBytesMax } from '@paxkv/protocol';

export interface StreamLimits {
  /** The largest frame from a client: one request of any size fits. */
  readonly frameBytesMax: number;
  /** Replies beyond this go into the next frame; a single one may be larger. */
  readonly replyFrameBytesMax: number;
  /** Requests of one connection that are not answered yet; more are refused. */
  readonly inFlightCountMax: number;
  /** Bytes of the frames they came in: with more, nothing is read from the connection. */
  readonly inFlightBytesMax: number;
  /** Bytes that the client has not taken yet: with more, nothing is read from it. */
  readonly unsentBytesMax: number;
  /** The same: with more, values are not sent but refused. */
  readonly unsentValueBytesMax: number;
  /** Open at once. Other clients and servers come in by the same port, so it is not all there are. */
  readonly connectionCountMax: number;
  /** A connection is asked for a sign of life this often. */
  readonly pingIntervalMs: number;
  /** A connection without a sign of life for so long is given up. */
  readonly silenceMsMax: number;
  /** How long a client may take to agree that a connection ends. */
  readonly closeMsMax: number;
}

const mebibyte = 1024 * 1024;
/** Of a request beside its key and value; generous. */
const overheadBytes = 256;

export const streamLimitsDefault: StreamLimits = {
  frameBytesMax: keyBytesMax + valueBytesMax + overheadBytes,
  replyFrameBytesMax: mebibyte,
  inFlightCountMax: 4096,
  inFlightBytesMax: 4 * mebibyte,
  unsentBytesMax: 4 * mebibyte,
  unsentValueBytesMax: 16 * mebibyte,
  connectionCountMax: 512,
  pingIntervalMs: 10_000,
  silenceMsMax: 30_000,
  closeMsMax: 1000,
};
