/** Answers, and above all error answers: always JSON, always with a code and an outcome. */
import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorReply, errorCodes, KvError } from '@paxkv/protocol';

/** How long a client may take to read a refusal before its connection is cut. */
const lingerMs = 250;
const retryAfterSeconds = 1;

export type Headers = Record<string, string | number>;

/** What an error answer may add to what its code says. */
export interface ErrorDetails {
  /** Instead of the status of the code. */
  readonly status?: number;
  readonly headers?: Headers;
  /** More members of the body, beside `error`. */
  readonly body?: object;
}

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  const text = JSON.stringify(body);
  response.writeHead(status, jsonHeaders(text));
  response.end(text);
}

/**
 * Answers with an error. Where the request still has a body to come, the answer leaves at once and
 * the connection closes soon after, whatever the client goes on sending.
 */
export function sendError(
  response: ServerResponse,
  error: KvError,
  details: ErrorDetails = {},
): void {
  if (response.destroyed) return;
  // An answer that has begun cannot be taken back; a cut one cannot be taken for whole.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = JSON.stringify({ ...toErrorReply(error), ...details.body });
  const isPending = isBodyPending(response);
  if (error.code === 'KV_OVERLOADED') response.setHeader('retry-after', retryAfterSeconds);
  if (isPending) response.setHeader('connection', 'close');
  response.writeHead(details.status ?? statusOf(error), {
    ...jsonHeaders(text),
    ...details.headers,
  });
  if (isPending) linger(response, text);
  else response.end(text);
}

/** Answers, with an error, bytes that never became a request, and closes the connection. */
export function endWithError(socket: Duplex, error: KvError, status = statusOf(error)): void {
  if (socket.destroyed || socket.writableEnded) return;
  // Node lets go of a socket that asked to be upgraded: nobody else hears that it was reset.
  socket.on('error', () => socket.destroy());
  const body = JSON.stringify(toErrorReply(error));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** What is sent for an error: its own words if it is ours, and none of a defect's. */
export function toKvError(error: unknown): KvError {
  if (error instanceof KvError && errorCodes[error.code].status !== null) return error;
  return new KvError('KV_INTERNAL', 'The server failed; its log says more.', { cause: error });
}

function toErrorReply({ code, outcome, message }: KvError): ErrorReply {
  return { error: { code, outcome, message } };
}

function statusOf(error: KvError): number {
  return errorCodes[error.code].status ?? 500;
}

function jsonHeaders(text: string): Headers {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // A stored copy would not be linearizable.
    'cache-control': 'no-store',
  };
}

function isBodyPending({ req: request }: ServerResponse): boolean {
  if (request.complete) return false;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || length !== '0';
}

/** To close at once with bytes unread would reset the connection and lose the answer on its way. */
function linger(response: ServerResponse, text: string): void {
  const { req: request } = response;
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  request.once('close', end);
  request.resume();
  response.write(text);
}
