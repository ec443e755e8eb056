/** The network of Node: WebSockets by `ws`, and Node's own HTTP. */
import type { ClientRequest } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import { authorizationOf, type Credentials } from '../credentials.ts';
import type { Dial, HttpTransport, Socket, SocketEvents } from './network.ts';
import { NodeHttpTransport } from './node-http-transport.ts';

/** Largest frame accepted from a server: larger than any value. */
const frameBytesMax = 16 * 1024 * 1024;
/** How long the closing handshake may take. */
const closeMsMax = 500;

export function makeHttpTransport(credentials: Credentials = {}): HttpTransport {
  return new NodeHttpTransport(credentials);
}

export function defer(callback: () => void): void {
  process.nextTick(callback);
}

export function makeDial(credentials: Credentials = {}): Dial {
  return (url) => new NodeSocket(url, credentials);
}

/** Whether a stream can carry these credentials. */
export function streamsCarry(_credentials: Credentials): boolean {
  return true;
}

class NodeSocket implements Socket {
  readonly #socket: WebSocket;
  #connection: { ref(): unknown; unref(): unknown } | undefined;
  #isIdle = false;

  constructor(url: string, credentials: Credentials) {
    const { ca, cert, key } = credentials.tls ?? {};
    this.#socket = new WebSocket(url, {
      ca,
      cert,
      key,
      ...(credentials.token !== undefined && {
        finishRequest: (request: ClientRequest) => void authorize(request, credentials),
      }),
      perMessageDeflate: false,
      maxPayload: frameBytesMax,
      skipUTF8Validation: true,
      // Masks protect proxies from web pages; this program is not one.
      generateMask: (mask) => mask.fill(0),
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen({ onFrame, onEnd, onRefused }: SocketEvents): void {
    let why = 'the connection was closed';
    this.#socket.on('upgrade', ({ socket }) => {
      this.#connection = socket;
    });
    this.#socket.on('message', (data) => onFrame(toBytes(data)));
    this.#socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      // With a status of 500 or more the server is starting or full, and will accept streams later.
      const report = statusCode < 500 ? onRefused : onEnd;
      report(`accepts no stream (HTTP ${statusCode})`);
    });
    this.#socket.on('error', (error) => {
      why = reasonOf(error);
    });
    this.#socket.on('close', (code, reason) => {
      onEnd(reason.length > 0 ? `${why} (${code}: ${reason.toString()})` : why);
    });
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  setIdle(isIdle: boolean): void {
    if (isIdle !== this.#isIdle) {
      this.#isIdle = isIdle;
      if (isIdle) {
        this.#connection?.unref();
      } else {
        this.#connection?.ref();
      }
    }
  }

  close(): void {
    this.setIdle(false);
    const timer = setTimeout(() => this.terminate(), closeMsMax);
    this.#socket.once('close', () => clearTimeout(timer));
    this.#socket.close(1000);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/** The request for a stream waits for the token, which its headers carry. */
async function authorize(request: ClientRequest, credentials: Credentials): Promise<void> {
  try {
    const authorization = await authorizationOf(credentials);
    if (authorization !== undefined) request.setHeader('authorization', authorization);
    request.end();
  } catch (error) {
    request.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

function toBytes(data: RawData): Uint8Array {
  if (data instanceof Uint8Array) {
    return data;
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat(data);
}

/** The reason of an error. An `AggregateError`, for several addresses, has an empty message. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.message;
}
