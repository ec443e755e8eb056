/** The id of an HTTP request, under which its client finds it in the log of the server. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestIds } from '../request-ids.ts';

const header = 'x-request-id';

/** What a client may choose: it must be harmless in a header, in a line of a log and in a shell. */
const plain = /^[\w.:-]{1,64}$/;

/** Gives the reply the id that the client chose, or a new one if it chose none or one that is not plain. */
export function setRequestId(
  request: IncomingMessage,
  response: ServerResponse,
  ids: RequestIds,
): void {
  const chosen = request.headers[header];
  const isPlain = typeof chosen === 'string' && plain.test(chosen);
  response.setHeader(header, isPlain ? chosen : ids.next());
}

/** Empty before `setRequestId`. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader(header) ?? '');
}
