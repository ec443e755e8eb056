/**
 * Encodes and decodes the values that the log agrees on: a batch of requests, the noop that fills a log gap, or a
 * raise of the feature level.
 * Rule: an unreadable decided value is never skipped, so an unreadable value must never be proposed.
 */
import {
  type Bytes,
  pack,
  pageBytes,
  type Request,
  type Row,
  requestFromRow,
  requestToRow,
  toCount,
  toRow,
  unpack,
} from '@paxkv/protocol';
import { StateError } from './state-error.ts';

/** Identifies a batch, so that the replica that made it recognizes it. No two batches have the same origin. */
export interface Origin {
  readonly node: number;
  /** A random number for this run of the node. */
  readonly runId: number;
  /** Counts the batches of this run. */
  readonly number: number;
}

export interface Batch {
  readonly origin: Origin;
  /** The requests, which are applied in this order without any other request in between. */
  readonly requests: readonly Request[];
}

export interface Noop {
  readonly origin: undefined;
  readonly requests: readonly [];
}

/** Raises the feature level of the cluster. No request of a client can be one: only servers make it. */
export interface LevelRaise extends Noop {
  readonly level: number;
}

/** The first byte of a batch. What follows: nothing, or a packed `[node, runId, number, rows of requests]`. */
const format = 1;
/** The first byte of a raise. What follows: the level as an unsigned 32-bit integer, the highest byte first. */
const raiseFormat = 2;
const raiseBytes = 5;

/** The value without requests. */
export const noop: Bytes = Uint8Array.of(format);

/**
 * Requests that are already encoded are copied unchanged.
 *
 * @throws TypeError if a request is outside a limit, or if the encoded bytes are no request.
 */
export function encodeBatch({ origin, requests }: Batch): Bytes {
  const rows = requests.map(toBytesOfRow);
  const head = headOf(origin, rows.length);
  const length = rows.reduce((sum, row) => sum + row.length, head.length);
  const value = pageBytes(length);
  value.set(head);
  let end = head.length;
  for (const row of rows) {
    value.set(row, end);
    end += row.length;
  }
  // Safety: if an unreadable value were decided, every replica would stop there for good.
  expectReadable(value);
  return value;
}

/** The value that raises the feature level to `level`. */
export function encodeLevelRaise(level: number): Bytes {
  const value = Buffer.alloc(raiseBytes);
  value[0] = raiseFormat;
  value.writeUInt32BE(level, 1);
  return value;
}

/** Checks that the request can be in a batch, so that it cannot fail the batch of others. @throws TypeError */
export function expectEncodable(request: Request): void {
  if (request.encoded === undefined) requestFromRow(requestToRow(request));
}

/**
 * Keys and values in the decoded batch are views into `value`.
 *
 * @throws StateError `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED`.
 */
export function decodeBatch(value: Bytes): Batch | Noop | LevelRaise {
  if (value[0] === raiseFormat) return { origin: undefined, requests: [], level: levelIn(value) };
  if (value[0] !== format) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `A decided value has format ${value[0]}, but this version reads ${format} and ${raiseFormat}; ` +
        'run a newer version.',
    );
  }
  if (value.length === noop.length) return { origin: undefined, requests: [] };
  try {
    return toBatch(unpack(value.subarray(1)));
  } catch (cause) {
    throw new StateError('STATE_MALFORMED', 'A decided value is not a batch.', cause);
  }
}

function levelIn(value: Bytes): number {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const level = value.length === raiseBytes ? view.getUint32(1) : 0;
  if (level > 0) return level;
  throw new StateError('STATE_MALFORMED', 'A decided value raises the feature level to none.');
}

function expectReadable(value: Bytes): void {
  try {
    decodeBatch(value);
  } catch (error) {
    throw new TypeError('The encoded batch cannot be decoded; it is not proposed.', {
      cause: error,
    });
  }
}

/** The bytes before the rows: the format, the origin, and the number of rows. */
function headOf({ node, runId, number }: Origin, rowCount: number): Bytes {
  const packed = pack([node, runId, number]);
  const head = Buffer.allocUnsafe(packed.length + 6);
  head[0] = format;
  // An array of four: the three fields of the origin, without the header of their array, then the rows.
  head[1] = 0x94;
  head.set(packed.subarray(1), 2);
  head[packed.length + 1] = 0xdd;
  head.writeUInt32BE(rowCount, packed.length + 2);
  return head;
}

function toBatch(row: Row): Batch {
  const rows = toRow(row[3]);
  return { origin: toOrigin(row), requests: rows.map((request) => requestFromRow(toRow(request))) };
}

function toOrigin([node, runId, number]: Row): Origin {
  return { node: toCount(node), runId: toCount(runId), number: toCount(number) };
}

function toBytesOfRow(request: Request): Bytes {
  return request.encoded ?? Buffer.from(pack(requestToRow(request)));
}
