/**
 * Encodes and decodes the values that the log agrees on: a batch of requests, the noop that fills a log gap, a raise
 * of the feature level, or the end of leases.
 * Rule: an unreadable decided value is never skipped, so an unreadable value must never be proposed.
 */
import {
  type Bytes,
  id128Bytes,
  isRangeRead,
  pack,
  pageBytes,
  type Request,
  type Row,
  requestFromRow,
  requestToRow,
  toCount,
  toLeaseId,
  toRow,
  unpack,
} from '@paxkv/protocol';
import { baseLevel, ownedSessionsLevel } from './features.ts';
import type { ExpiringLease } from './leases/leases.ts';
import { fromOpening, type Opening, toOpening } from './sessions/opening.ts';
import { StateError } from './state-error.ts';
import type { LoggedCommand } from './store/commands/effect.ts';

/** Identifies a batch, so that the replica that made it recognizes it. No two batches have the same origin. */
export interface Origin {
  readonly node: number;
  /** A random number for this run of the node. */
  readonly runId: number;
  /** Counts the batches of this run. */
  readonly number: number;
}

/** A request as it is in the log. */
export interface LoggedRequest extends Request<LoggedCommand> {
  /** What the server added that received the request: from feature level 2 on, if it opens a session. */
  readonly opening?: Opening | undefined;
}

export interface Batch {
  readonly origin: Origin;
  /** The requests, which are applied in this order without any other request in between. */
  readonly requests: readonly LoggedRequest[];
}

/** A request that is to be in the log. */
export interface ProposedRequest extends Request {
  readonly opening?: Opening | undefined;
}

/** A batch that is to be encoded, which fails if a request cannot be in the log. */
export interface ProposedBatch {
  readonly origin: Origin;
  readonly requests: readonly ProposedRequest[];
}

export interface Noop {
  readonly origin: undefined;
  readonly requests: readonly [];
}

/** Raises the feature level of the cluster. No request of a client can be one: only servers make it. */
export interface LevelRaise extends Noop {
  readonly level: number;
  /** The incarnation of the cluster, if it has none yet: 128 random bits as text. */
  readonly incarnation: string | undefined;
}

/** Ends leases that were not renewed in time, as the leader has found. Only servers make it. */
export interface LeaseExpiry extends Noop {
  readonly expiring: readonly ExpiringLease[];
}

/** What a value says. */
export type ValueContent = Batch | Noop | LevelRaise | LeaseExpiry;

/** A batch as bytes, and as every replica reads them. */
export interface EncodedBatch {
  readonly value: Bytes;
  readonly content: ValueContent;
}

/** The first byte of a batch. What follows: nothing, or a packed `[node, runId, number, rows of requests]`. */
const format = 1;
/** The first byte of a raise. What follows: the level as an unsigned 32-bit integer, the highest byte first. */
const raiseFormat = 2;
const raiseBytes = 5;
/** From level 2 on. The first byte of a batch that opens sessions: as `format`, then a row of their openings. */
const openingFormat = 3;
/** The first byte of a raise that names the incarnation of the cluster: as `raiseFormat`, then 16 bytes. */
const namingFormat = 4;
const namingBytes = raiseBytes + id128Bytes;
/** From level 4 on. The first byte of an expiry. What follows: a row of rows `[id, renewals]`. */
const expiryFormat = 5;
const readable = `${format} to ${expiryFormat}`;
const noBytes = new Uint8Array();

/** The value without requests. */
export const noop: Bytes = Uint8Array.of(format);

/**
 * Requests that are already encoded are copied unchanged.
 *
 * @throws TypeError if a request is outside a limit, or if the encoded bytes are no request.
 */
export function encodeBatch(batch: ProposedBatch): Bytes {
  return encodeAndDecode(batch).value;
}

/** As `encodeBatch`, with what the value was decoded to when it was checked. */
export function encodeAndDecode({ origin, requests }: ProposedBatch): EncodedBatch {
  const rows: Bytes[] = [];
  const openings: Opening[] = [];
  let length = 0;
  for (const request of requests) {
    const row = toBytesOfRow(request);
    rows.push(row);
    length += row.length;
    if (request.opening !== undefined) openings.push(request.opening);
  }
  const head = headOf(origin, { rowCount: rows.length, hasOpenings: openings.length > 0 });
  const tail = openings.length > 0 ? Buffer.from(pack(openings.map(fromOpening))) : noBytes;
  const value = pageBytes(head.length + length + tail.length);
  let end = 0;
  for (const part of [head, ...rows, tail]) {
    value.set(part, end);
    end += part.length;
  }
  // Safety: if an unreadable value were decided, every replica would stop there for good.
  return { value, content: expectReadable(value) };
}

/** The value that raises the feature level to `level`, and names the incarnation of a cluster that has none. */
export function encodeLevelRaise(level: number, incarnation?: Bytes): Bytes {
  const value = Buffer.alloc(incarnation === undefined ? raiseBytes : namingBytes);
  value[0] = incarnation === undefined ? raiseFormat : namingFormat;
  value.writeUInt32BE(level, 1);
  if (incarnation !== undefined) value.set(incarnation, raiseBytes);
  return value;
}

/** The value that ends these leases, one at least, unless they are renewed before. */
export function encodeLeaseExpiry(expiring: readonly ExpiringLease[]): Bytes {
  const row = pack(expiring.map(({ id, renewals }) => [id, renewals]));
  const value = new Uint8Array(1 + row.length);
  value[0] = expiryFormat;
  value.set(row, 1);
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
export function decodeBatch(value: Bytes): ValueContent {
  if (value[0] === raiseFormat || value[0] === namingFormat) return toRaise(value);
  if (value[0] !== format && value[0] !== openingFormat && value[0] !== expiryFormat) {
    throw new StateError(
      'STATE_UNKNOWN_FORMAT',
      `A decided value has format ${value[0]}, but this version reads ${readable}; run a newer version.`,
    );
  }
  if (value[0] === format && value.length === noop.length)
    return { origin: undefined, requests: [] };
  try {
    const row = unpack(value.subarray(1));
    if (value[0] === expiryFormat) return toExpiry(row);
    return value[0] === format ? toBatch(row) : withOpenings(toBatch(row), toRow(row[4]));
  } catch (cause) {
    throw new StateError('STATE_MALFORMED', 'A decided value is not a batch.', cause);
  }
}

function toRaise(value: Bytes): LevelRaise {
  const { buffer, byteOffset, length } = value;
  const isNaming = value[0] === namingFormat;
  const isWhole = length === (isNaming ? namingBytes : raiseBytes);
  const level = isWhole ? new DataView(buffer, byteOffset, length).getUint32(1) : 0;
  if (level < (isNaming ? ownedSessionsLevel : baseLevel)) {
    throw new StateError('STATE_MALFORMED', 'A decided value raises the feature level to none.');
  }
  const name = Buffer.from(buffer, byteOffset + raiseBytes, length - raiseBytes);
  const incarnation = isNaming ? name.toString('base64url') : undefined;
  return { origin: undefined, requests: [], level, incarnation };
}

/** @throws TypeError */
function toExpiry(row: Row): LeaseExpiry {
  const expiring = row.map(toRow).map(([id, renewals]) => {
    return { id: toLeaseId(id), renewals: toCount(renewals) };
  });
  if (expiring.length > 0) return { origin: undefined, requests: [], expiring };
  throw new TypeError('The expiry ends no lease.');
}

function expectReadable(value: Bytes): ValueContent {
  try {
    return decodeBatch(value);
  } catch (error) {
    throw new TypeError('The encoded batch cannot be decoded; it is not proposed.', {
      cause: error,
    });
  }
}

interface Shape {
  readonly rowCount: number;
  readonly hasOpenings: boolean;
}

/** The bytes before the rows: the format, the origin, and the number of rows. */
function headOf({ node, runId, number }: Origin, { rowCount, hasOpenings }: Shape): Bytes {
  const packed = pack([node, runId, number]);
  const head = Buffer.allocUnsafe(packed.length + 6);
  head[0] = hasOpenings ? openingFormat : format;
  // An array of four or five: the three fields of the origin, without the header of their array, then the rows.
  head[1] = hasOpenings ? 0x95 : 0x94;
  head.set(packed.subarray(1), 2);
  head[packed.length + 1] = 0xdd;
  head.writeUInt32BE(rowCount, packed.length + 2);
  return head;
}

function toBatch(row: Row): Batch {
  const rows = toRow(row[3]);
  return { origin: toOrigin(row), requests: rows.map((request) => toLogged(toRow(request))) };
}

/** Safety: what a read of a range shows depends on more than the log. @throws TypeError */
function toLogged(row: Row): LoggedRequest {
  const request = requestFromRow(row);
  if (isLogged(request)) return request;
  throw new TypeError(`A ${request.command.type} is never in the log.`);
}

function isLogged(request: Request): request is Request<LoggedCommand> {
  return !isRangeRead(request.command);
}

/** Each request that opens a session, with its opening. @throws TypeError unless there is one for each. */
function withOpenings({ origin, requests }: Batch, rows: Row): Batch {
  const openings = rows.map((row) => toOpening(toRow(row)));
  const opened = requests.map((request) =>
    request.command.type === 'openSession' ? { ...request, opening: openings.shift() } : request,
  );
  const isEach = opened.every(({ command, opening }) => {
    return (command.type === 'openSession') === (opening !== undefined);
  });
  if (isEach && openings.length === 0) return { origin, requests: opened };
  throw new TypeError('The batch does not have one opening for each session that it opens.');
}

function toOrigin([node, runId, number]: Row): Origin {
  return { node: toCount(node), runId: toCount(runId), number: toCount(number) };
}

function toBytesOfRow(request: Request): Bytes {
  return request.encoded ?? Buffer.from(pack(requestToRow(request)));
}
