/**
 * What a value of Paxos means to this server: a batch of requests, or the noop that fills a hole.
 * Rule: a decided value is never skipped for being unreadable, so nothing unreadable is ever proposed.
 */
import {
  type Bytes,
  pack,
  type Request,
  type Row,
  requestFromRow,
  requestToRow,
  toCount,
  toRow,
  unpack,
} from '@paxkv/protocol';
import { StateError } from './state-error.ts';

/** Who made a batch, so that its proposer knows it again. No two batches share an origin. */
export interface Origin {
  readonly node: number;
  /** How often the node had started before. */
  readonly runId: number;
  /** One more for each batch of this runId. */
  readonly number: number;
}

export interface Batch {
  readonly origin: Origin;
  /** Applied in this order, with nothing between them. */
  readonly requests: readonly Request[];
}

export interface Noop {
  readonly origin: undefined;
  readonly requests: readonly [];
}

/** The first byte of every value. What follows: nothing, or a packed `[node, runId, number, rows of requests]`. */
const format = 1;

/** The value that changes nothing. */
export const noop: Bytes = Uint8Array.of(format);

/**
 * Requests that have their row as bytes already go in as they are.
 *
 * @throws TypeError if a request breaks a limit, or if its row is none.
 */
export function encodeBatch({ origin, requests }: Batch): Bytes {
  const rows = requests.map(toBytesOfRow);
  const head = headOf(origin, rows.length);
  const length = rows.reduce((sum, row) => sum + row.length, head.length);
  const value = Buffer.allocUnsafeSlow(length);
  value.set(head);
  let end = head.length;
  for (const row of rows) {
    value.set(row, end);
    end += row.length;
  }
  // Safety: a value that no replica can read would stop them all, for ever. So it is read once before.
  expectReadable(value);
  return value;
}

/** Whether it may be in a batch: what may not must not spoil the batch of others. @throws TypeError */
export function expectEncodable(request: Request): void {
  if (request.encoded === undefined) requestFromRow(requestToRow(request));
}

/**
 * Keys and values in the batch are views into `value`.
 *
 * @throws StateError `STATE_UNKNOWN_FORMAT`, `STATE_MALFORMED`.
 */
export function decodeBatch(value: Bytes): Batch | Noop {
  if (value[0] !== format) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `A decided value has format ${value[0]}; this version reads ${format}.`,
    );
  }
  if (value.length === noop.length) return { origin: undefined, requests: [] };
  try {
    return toBatch(unpack(value.subarray(1)));
  } catch (cause) {
    throw new StateError('STATE_MALFORMED', 'A decided value is not a batch.', cause);
  }
}

function expectReadable(value: Bytes): void {
  try {
    decodeBatch(value);
  } catch (error) {
    throw new TypeError('No replica could read this batch.', { cause: error });
  }
}

/** What stands before the rows: the format, the origin, and how many rows there are. */
function headOf({ node, runId, number }: Origin, rowCount: number): Bytes {
  const packed = pack([node, runId, number]);
  const head = Buffer.allocUnsafe(packed.length + 6);
  head[0] = format;
  // An array of four, and first of all the three fields of the origin without their array's header.
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
