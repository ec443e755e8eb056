/** Matches replies on a stream to requests, and decodes them. */
import {
  answerFromRow,
  isKvErrorCode,
  KvError,
  type Row,
  requestToWire,
  toRow,
} from '@paxkv/protocol';
import { ExchangeError } from '../environment.ts';
import type { Reply } from '../request.ts';

/** Request ids have 32 bits and start again from 0. */
const idCount = 2 ** 32 - 1;

/** The id of pings. No other request uses it. */
export const pingId = idCount;
/** The request of a ping. A server answers it at once from its own state. */
export const pingRow: Row = requestToWire({
  command: { type: 'get', key: Uint8Array.of(0) },
  consistency: 'serializable',
});

/** The id of the request with this position: how many requests came before it on the connection. */
export function idOf(position: number): number {
  return position % idCount;
}

/**
 * The position of the request with this id. `first` is the lowest position in flight, and far fewer requests
 * are in flight than there are ids. Negative if no request can have the id.
 */
export function positionOf(id: unknown, first: number): number {
  if (typeof id !== 'number' || !(id >= 0 && id < idCount)) {
    return -1;
  }
  const ahead = id - idOf(first);
  return first + (ahead < 0 ? ahead + idCount : ahead);
}

/**
 * The reply in a row, or the server's error. `requestId` names the request in the log of the server, if that is known.
 *
 * @throws TypeError if it is neither.
 */
export function readReply(
  row: unknown,
  endpoint: string,
  requestId?: string,
): Reply | KvError | ExchangeError {
  const answer = answerFromRow(toRow(row));
  if (answer.type !== 'error') {
    return answer;
  }
  const { code, outcome, message, retryAfterMs } = answer;
  if (isKvErrorCode(code)) {
    return new KvError(code, `${endpoint}: ${message}`, {
      ...{ outcome, requestId },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  // A newer server sent the code; its outcome still tells whether the request may have arrived.
  const sent = outcome === 'not done' ? 'no' : 'maybe';
  return new ExchangeError(sent, `${endpoint}: ${message} (${code})`);
}
