/** The network of a browser. It exports what `node.ts` exports. */
import { incarnationHeader } from '@paxkv/protocol';
import { authorizationOf, type Credentials } from '../credentials.ts';
import { ExchangeError } from '../environment.ts';
import type { Answer, Dial, HttpTransport, Message, Socket, SocketEvents } from './network.ts';

/** The part of a browser's WebSocket that is used here. */
interface BrowserSocket {
  binaryType: string;
  readonly bufferedAmount: number;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onerror: (() => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  send(frame: Uint8Array): void;
  close(code?: number): void;
}

declare const WebSocket: new (url: string) => BrowserSocket;

/** @throws TypeError for certificates, which only the browser itself can choose. */
export function makeHttpTransport(credentials: Credentials = {}): HttpTransport {
  if (credentials.tls !== undefined)
    throw new TypeError('a browser chooses the certificates itself');
  return new FetchTransport(credentials);
}

export function defer(callback: () => void): void {
  queueMicrotask(callback);
}

export function makeDial(_credentials: Credentials = {}): Dial {
  return (url) => new PageSocket(url);
}

/** A page cannot add a header to the request for a WebSocket. */
export function streamsCarry({ token }: Credentials): boolean {
  return token === undefined;
}

class PageSocket implements Socket {
  readonly #socket: BrowserSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(events: SocketEvents): void {
    this.#socket.onmessage = ({ data }) => {
      events.onFrame(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array());
    };
    // A browser does not report to a page whether the server refused, or why. `onclose` follows.
    this.#socket.onerror = () => {};
    this.#socket.onclose = ({ code, reason }) => {
      const details = reason === '' ? `${code}` : `${code}: ${reason}`;
      events.onEnd(`the WebSocket was closed or never opened (${details})`);
    };
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  setIdle(): void {}

  close(): void {
    this.#socket.close(1000);
  }

  /** A page cannot drop a connection at once; frames that still arrive are ignored. */
  terminate(): void {
    this.#socket.onmessage = null;
    this.#socket.close();
  }
}

class FetchTransport implements HttpTransport {
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  async send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer> {
    const { path, body, incarnation } = message;
    const authorization = await authorizationOf(this.#credentials).catch((cause: unknown) => {
      throw new ExchangeError('no', `${endpoint}: the token is not available`, cause);
    });
    const headers = {
      ...(incarnation !== undefined && { [incarnationHeader]: incarnation }),
      ...(authorization !== undefined && { authorization }),
    };
    const post = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    try {
      const init = body === undefined ? { headers } : post;
      const response = await fetch(`${endpoint}${path}`, { ...init, signal });
      const named = response.headers.get(incarnationHeader);
      const answer = { status: response.status, body: parse(await response.text()) };
      return named === null ? answer : { ...answer, incarnation: named };
    } catch (cause) {
      // A browser does not report whether any byte was sent.
      throw new ExchangeError('maybe', `${endpoint}: ${String(cause)}`, cause);
    }
  }

  async close(): Promise<void> {}
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
