/** Sends JSON replies. Every error reply has a code and an outcome. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorReply, errorCodes, KvError } from '@paxkv/protocol';
import { requestIdOf } from './request-id.ts';

/** How long a client may take to read an error reply before its connection is cut. */
const lingerMs = 250;
/** The least that HTTP can say, in seconds. */
const retryAfterMin = 1;
/** Longer replies wait as bytes. */
const textLengthMax = 16 * 1024;

export type Headers = Record<string, string | number>;

/** What an error reply may add to the defaults of its code. */
export interface ErrorDetails {
  /** Default: the status of the code. */
  readonly status?: number;
  readonly headers?: Headers;
  /** More members of the body, besides `error`. */
  readonly body?: object;
}

export function sendJson(response: ServerResponse, body: object, status = 200): void {
  const text = JSON.stringify(body);
  response.writeHead(status, jsonHeaders(text));
  // A long text would wait twice, as a string and as its bytes.
  response.end(text.length > textLengthMax ? Buffer.from(text) : text);
}

/**
 * Replies with an error. If the body of the request has not arrived completely, the reply is sent at once
 * and the connection closes soon after, even if the client goes on sending.
 */
export function sendError(
  response: ServerResponse,
  error: KvError,
  details: ErrorDetails = {},
): void {
  if (response.destroyed) return;
  // A reply that has begun cannot be replaced, but a cut one cannot be mistaken for a complete one.
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const text = JSON.stringify({ ...toErrorReply(error, requestIdOf(response)), ...details.body });
  const isPending = isBodyPending(response);
  const retryAfter = retryAfterOf(error);
  if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
  if (isPending) response.setHeader('connection', 'close');
  response.writeHead(details.status ?? statusOf(error), {
    ...jsonHeaders(text),
    ...details.headers,
  });
  if (isPending) linger(response, text);
  else response.end(text);
}

/** Replies to a method that the path does not take. `methods`: those it takes, as in the `Allow` header. */
export function allowOnly(
  methods: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (_request, response) => {
    const error = new KvError('KV_METHOD_NOT_ALLOWED', `This path takes ${methods}.`);
    sendError(response, error, { headers: { allow: methods } });
  };
}

/** Replies with an error to bytes that are no HTTP request, and closes the connection. */
export function endWithError(socket: Duplex, error: KvError, status = statusOf(error)): void {
  if (socket.destroyed || socket.writableEnded) return;
  // Node no longer handles errors of a socket that asked for an upgrade.
  socket.on('error', () => socket.destroy());
  const body = JSON.stringify(toErrorReply(error));
  const retryAfter = retryAfterOf(error);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...(retryAfter === undefined ? [] : [`retry-after: ${retryAfter}`]),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** The error that the client gets. The message of a defect is not sent, since it may hold secrets. */
export function toKvError(error: unknown): KvError {
  if (error instanceof KvError && errorCodes[error.code].status !== null) return error;
  return new KvError('KV_INTERNAL', 'The server failed on this request; see its log.', {
    cause: error,
  });
}

/** `requestId`: absent for bytes that are no request. */
function toErrorReply(error: KvError, requestId?: string): ErrorReply {
  const { code, outcome, message, retryAfterMs } = error;
  const more = { ...(retryAfterMs !== undefined && { retryAfterMs }), ...(requestId && { requestId }) };
  return { error: { code, outcome, message, ...more } };
}

/** In whole seconds; `undefined` if the request is not to be repeated. */
function retryAfterOf({ code, retryAfterMs = 0 }: KvError): number | undefined {
  if (code !== 'KV_OVERLOADED') return undefined;
  return Math.max(retryAfterMin, Math.ceil(retryAfterMs / 1000));
}

function statusOf(error: KvError): number {
  return errorCodes[error.code].status ?? 500;
}

function jsonHeaders(text: string): Headers {
  return {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // A cached reply would not be linearizable.
    'cache-control': 'no-store',
  };
}

function isBodyPending({ req: request }: ServerResponse): boolean {
  if (request.complete) return false;
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  return encoding !== undefined || length !== '0';
}

/** Closing at once with unread bytes would reset the connection, and the client would lose the reply. */
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
