/**
 * What a client sends: requests, each as an id and the row by which it would lie in the log. Every field is
 * checked here, since the bytes of a row go into the log as they came. A row that is no request spoils
 * nothing but itself; bytes that are no rows spoil the frame.
 */
import { type Bytes, type KvError, type Request, type Row, requestFromWire } from '@paxkv/protocol';
import { malformedToError } from '../../service/submit.ts';
import { FrameError, PlainReader } from './plain-reader.ts';

/** One request of a frame, or what is wrong with it. */
export type FrameRequest =
  | { readonly id: number; readonly request: Request; readonly error?: undefined }
  | { readonly id: number; readonly request?: undefined; readonly error: KvError };

/** Ids are chosen by the client. */
const idMax = 2 ** 32 - 1;

/**
 * All requests of a frame. Their keys and values are views into it.
 *
 * @throws FrameError unless the frame is pairs of ids and rows, to the last byte.
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
  try {
    const request = requestFromWire(row);
    const { command, stamp } = request;
    // A get without a stamp never comes into the log.
    if (command.type === 'get' && stamp === undefined) return { id, request };
    return {
      id,
      request: stamp === undefined ? { command, encoded } : { command, stamp, encoded },
    };
  } catch (error) {
    return { id, error: malformedToError(error) };
  }
}
