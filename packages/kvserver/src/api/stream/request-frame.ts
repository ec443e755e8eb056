/**
 * Decodes the frames that clients send: requests, each as an id and its row in the log. Every field is
 * checked here, since the bytes of a row go into the log unchanged. If a row is no request, only that request
 * fails; if the bytes are no rows, or many rows are no requests, the whole frame fails.
 */
import {
  type Bytes,
  isRangeRead,
  type KvError,
  type Request,
  type Row,
  requestFromWire,
} from '@paxkv/protocol';
import { malformedToError } from '../../service/request-checks.ts';
import { FrameError, PlainReader } from './plain-reader.ts';

/** One request of a frame, or the error that it gets as its reply. */
export type FrameRequest =
  | { readonly id: number; readonly request: Request; readonly error?: undefined }
  | { readonly id: number; readonly request?: undefined; readonly error: KvError };

/** Each one costs an error, so a frame with more of them is a cheap way to keep a server busy. */
const malformedCountMax = 64;
/** Clients choose ids of 32 bits. */
const idMax = 2 ** 32 - 1;

/**
 * All requests of a frame. Their keys and values are views into the frame.
 *
 * @throws FrameError unless the frame consists of pairs of ids and rows, to the last byte.
 */
export function readRequests(frame: Bytes, countMax: number): FrameRequest[] {
  const reader = new PlainReader(frame);
  const requests: FrameRequest[] = [];
  let malformedCount = 0;
  do {
    if (requests.length === countMax) throw new FrameError(`over ${countMax} requests in a frame`);
    const id = reader.readCount();
    if (id > idMax) throw new FrameError('an id over 32 bits');
    const start = reader.position;
    const row = reader.readRow();
    const encoded = new Uint8Array(frame.buffer, frame.byteOffset + start, reader.position - start);
    const request = toFrameRequest(id, row, encoded);
    if (request.error !== undefined) malformedCount += 1;
    if (malformedCount > malformedCountMax) {
      throw new FrameError(`over ${malformedCountMax} malformed requests in a frame`);
    }
    requests.push(request);
  } while (!reader.isAtEnd);
  return requests;
}

function toFrameRequest(id: number, row: Row, encoded: Bytes): FrameRequest {
  try {
    const request = requestFromWire(row);
    const { command, stamp } = request;
    // These never enter the log.
    if ((command.type === 'get' && stamp === undefined) || isRangeRead(command))
      return { id, request };
    return {
      id,
      request: stamp === undefined ? { command, encoded } : { command, stamp, encoded },
    };
  } catch (error) {
    return { id, error: malformedToError(error) };
  }
}
