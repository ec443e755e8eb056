/**
 * What a client sends: requests, each as an id and the row by which it would lie in the log. Every field
 * is checked here, since the bytes of a row go into the log as they came.
 */
import type { Bytes, Command, Request, Stamp } from '@paxkv/protocol';
import { type Row, toCommand, toCount, toRow } from '@paxkv/protocol';
import { FrameError, PlainReader } from './plain-reader.ts';

/** One request of a frame. */
export interface FrameRequest {
  /** As the client chose it, below 2³². */
  readonly id: number;
  readonly request: Request;
  /** A get that may be answered from this server's own state. */
  readonly isSerializable: boolean;
}

const idMax = 2 ** 32 - 1;
/** On the wire only: in the log every get is a get. */
const serializableGet = 5;
const get = 0;
/** Fields of a command by its tag. */
const fieldCounts = [2, 3, 3, 2, 2, 2] as const;

/**
 * All requests of a frame. Their keys and values are views into it.
 *
 * @throws FrameError, TypeError unless every byte of the frame is as it must be.
 */
export function readRequests(frame: Bytes, countMax: number): FrameRequest[] {
  const reader = new PlainReader(frame);
  const requests: FrameRequest[] = [];
  do {
    if (requests.length === countMax) throw new FrameError(`over ${countMax} requests`);
    const id = reader.readCount();
    if (id > idMax) throw new FrameError('an id over 32 bits');
    const start = reader.position;
    const row = reader.readRow();
    const encoded = new Uint8Array(frame.buffer, frame.byteOffset + start, reader.position - start);
    requests.push(toFrameRequest(id, row, encoded));
  } while (!reader.isAtEnd);
  return requests;
}

function toFrameRequest(id: number, row: Row, encoded: Bytes): FrameRequest {
  const fields = toRow(row[0]);
  const tag = toCount(fields[0]);
  if (fieldCounts[tag] !== fields.length) throw new FrameError('a command of no known form');
  if (row.length === 4) {
    const request = { command: toStampedCommand(fields), stamp: toStamp(row), encoded };
    return { id, request, isSerializable: false };
  }
  if (row.length !== 1) throw new FrameError('a request of no known form');
  // A get without a stamp never comes into the log.
  if (tag === get) return { id, request: { command: toCommand(fields) }, isSerializable: false };
  if (tag === serializableGet) {
    return { id, request: { command: toCommand([get, fields[1]]) }, isSerializable: true };
  }
  return { id, request: { command: toCommand(fields), encoded }, isSerializable: false };
}

function toStampedCommand(fields: Row): Command {
  const command = toCommand(fields);
  if (command.type !== 'openSession') return command;
  throw new FrameError('a session that opens within a session');
}

function toStamp(row: Row): Stamp {
  const session = toCount(row[1], 1);
  const number = toCount(row[2], 1);
  const firstOutstanding = toCount(row[3], 1);
  if (firstOutstanding <= number) return { session, number, firstOutstanding };
  throw new FrameError('a first outstanding number above its own');
}
