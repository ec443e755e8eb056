/**
 * Checks of the framing of a request that the parser leaves to the application. A message that two programs read
 * differently is a way past the checks of one of them.
 */
import type { IncomingMessage } from 'node:http';
import { KvError } from '@paxkv/protocol';

/** An error with a status other than that of its code. */
export interface MessageProblem {
  readonly error: KvError;
  readonly status?: number;
}

/** What is wrong with the head of a request; `undefined` if nothing is. */
export function problemOfHead({
  headers,
  httpVersion,
}: IncomingMessage): MessageProblem | undefined {
  const { 'transfer-encoding': coding, expect } = headers;
  if (coding !== undefined && httpVersion === '1.0') {
    return { error: new KvError('KV_BAD_REQUEST', 'HTTP/1.0 has no Transfer-Encoding.') };
  }
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    const message = 'Send the body as it is: of the transfer codings only chunked is taken.';
    return { error: new KvError('KV_UNSUPPORTED_MEDIA', message), status: 501 };
  }
  // HTTP/1.0 has no Expect, and a server ignores it there.
  if (expect !== undefined && httpVersion !== '1.0' && expect.toLowerCase() !== '100-continue') {
    const message = 'Unsupported Expect header: only 100-continue is.';
    return { error: new KvError('KV_BAD_REQUEST', message), status: 417 };
  }
  return undefined;
}
