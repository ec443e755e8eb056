/** Sends JSON replies. Every error reply has a code and an outcome. */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ErrorReply, errorCodes, KvError } from '@paxkv/protocol';
import { problemType, toProblem } from './problem.ts';
import { requestIdOf } from './request-id.ts';

/** How long a client may take to read an error reply before its connection is cut. */
const lingerMs = 250;
/** Longer replies wait as bytes. */
const textLengthMax = 16 * 1024;
const retryAfterSeconds = 1;
/** A browser that shows the console asks its user for a name and a password, which is the token. */
const challenge = 'Bearer realm="paxkv", Basic realm="paxkv", charset="UTF-8"';

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
  const text = toLine(body);
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
  const status = details.status ?? statusOf(error);
  const text = toLine({
    ...toProblem(toErrorReply(error, requestIdOf(response)), status),
    ...details.body,
  });
  const isPending = isBodyPending(response);
  for (const [name, value] of headersOf(error)) response.setHeader(name, value);
  if (isPending) response.setHeader('connection', 'close');
  response.writeHead(status, {
    ...jsonHeaders(text, problemType(response.req.headers.accept)),
    ...details.headers,
  });
  if (isPending) linger(response, text);
  else response.end(text);
}

/** Headers that errors of some codes have. */
function headersOf({ code, retryAfterMs = 1000 * retryAfterSeconds }: KvError): [string, string][] {
  if (code === 'KV_UNAUTHENTICATED') return [['www-authenticate', challenge]];
  if (code !== 'KV_OVERLOADED' && code !== 'KV_TOO_MANY_ATTEMPTS') return [];
  return [['retry-after', `${Math.ceil(retryAfterMs / 1000)}`]];
}

/**
 * Replies to `OPTIONS`, and to a method that the path does not take. `methods`: those it takes besides `OPTIONS`, as
 * in the `Allow` header.
 */
export function allowOnly(
  methods: string,
): (request: IncomingMessage, response: ServerResponse) => void {
  const allow = `${methods}, OPTIONS`;
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { allow, 'cache-control': 'no-store' }).end();
      return;
    }
    const error = new KvError('KV_METHOD_NOT_ALLOWED', `This path takes ${allow}.`);
    sendError(response, error, { headers: { allow } });
  };
}

/** Replies with an error to bytes that are no HTTP request, and closes the connection. */
export function endWithError(socket: Duplex, error: KvError, details: ErrorDetails = {}): void {
  if (socket.destroyed || socket.writableEnded) return;
  // Node no longer handles errors of a socket that asked for an upgrade.
  socket.on('error', () => socket.destroy());
  const { status = statusOf(error), headers = {} } = details;
  const body = toLine({ ...toProblem(toErrorReply(error), status), ...details.body });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${problemType(undefined)}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    ...[...headersOf(error), ...Object.entries(headers)].map(
      ([name, value]) => `${name}: ${value}`,
    ),
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
  const more = {
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(requestId && { requestId }),
  };
  return { error: { code, outcome, message, ...more } };
}

function statusOf(error: KvError): number {
  return errorCodes[error.code].status ?? 500;
}

/** The line break keeps the prompt of a terminal apart from the reply. */
function toLine(body: object): string {
  return `${JSON.stringify(body)}\n`;
}

function jsonHeaders(text: string, type = 'application/json; charset=utf-8'): Headers {
  return {
    'content-type': type,
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
