/** What a client finds in a browser. It offers what `node.ts` offers. */
import { ExchangeError } from '../environment.ts';
import type { Answer, Carrier, Message } from '../http/carrier.ts';
import type { Socket, SocketEvents } from '../stream/socket.ts';

/** The part of a browser's own WebSocket that is used here. */
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

export function makeCarrier(): Carrier {
  return new FetchCarrier();
}

/** When the promises that are settled by now have been heard. */
export function defer(callback: () => void): void {
  queueMicrotask(callback);
}

export function dial(url: string, events: SocketEvents): Socket {
  return new WebSocketOfPage(url, events);
}

class WebSocketOfPage implements Socket {
  readonly #socket: BrowserSocket;

  constructor(url: string, { onFrame, onEnd }: SocketEvents) {
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#socket.onmessage = ({ data }) => {
      onFrame(data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array());
    };
    // A page is told no more: neither whether it was refused nor why. The end follows each error.
    this.#socket.onerror = () => {};
    this.#socket.onclose = ({ code, reason }) => {
      onEnd(`the WebSocket was closed or never opened (${code}${reason && `: ${reason}`})`);
    };
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    this.#socket.send(frame);
  }

  setIdle(): void {}

  close(): void {
    this.#socket.close(1000);
  }

  /** The page hears of it later; what arrives meanwhile is not listened to. */
  cut(): void {
    this.#socket.onmessage = null;
    this.#socket.close();
  }
}

class FetchCarrier implements Carrier {
  async send(endpoint: string, { path, body }: Message, signal: AbortSignal): Promise<Answer> {
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    try {
      const init = body === undefined ? {} : post;
      const response = await fetch(`${endpoint}${path}`, { ...init, signal });
      return { status: response.status, body: parse(await response.text()) };
    } catch (cause) {
      // A browser does not say whether anything has left.
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
