/** What a client finds in Node: its sockets, its HTTP, and the end of a tick. */
import { type RawData, WebSocket } from 'ws';
import type { Carrier } from '../http/carrier.ts';
import { HttpCarrier } from '../http/http-carrier.ts';
import type { Socket, SocketEvents } from '../stream/socket.ts';

/** Of a server's frame: more than any value. */
const frameBytesMax = 16 * 1024 * 1024;
/** How long a polite end may take. */
const closeMsMax = 500;

export function makeCarrier(): Carrier {
  return new HttpCarrier();
}

/** When the callbacks and promises of this turn have all run, and before anything new arrives. */
export function defer(callback: () => void): void {
  process.nextTick(callback);
}

export function dial(url: string, events: SocketEvents): Socket {
  return new NodeSocket(url, events);
}

class NodeSocket implements Socket {
  readonly #socket: WebSocket;
  #connection: { ref(): unknown; unref(): unknown } | undefined;
  #isIdle = false;

  constructor(url: string, { onFrame, onEnd, onRefused }: SocketEvents) {
    let why = 'the connection was closed';
    this.#socket = new WebSocket(url, {
      perMessageDeflate: false,
      maxPayload: frameBytesMax,
      skipUTF8Validation: true,
      // Masks keep web pages from fooling proxies; a program has no need of them.
      generateMask: (mask) => mask.fill(0),
    });
    this.#socket.on('upgrade', ({ socket }) => {
      this.#connection = socket;
    });
    this.#socket.on('message', (data) => onFrame(toBytes(data)));
    this.#socket.on('unexpected-response', (request, { statusCode = 0 }) => {
      request.destroy();
      // A server that is starting or full takes streams at other times.
      const tell = statusCode < 500 ? onRefused : onEnd;
      tell(`takes no stream (HTTP ${statusCode})`);
    });
    this.#socket.on('error', (error) => {
      why = reasonOf(error);
    });
    this.#socket.on('close', (code, reason) => {
      onEnd(reason.length > 0 ? `${why} (${code}: ${reason.toString()})` : why);
    });
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
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
    const timer = setTimeout(() => this.cut(), closeMsMax);
    this.#socket.once('close', () => clearTimeout(timer));
    this.#socket.close(1000);
  }

  cut(): void {
    this.#socket.terminate();
  }
}

function toBytes(data: RawData): Uint8Array {
  if (data instanceof Uint8Array) {
    return data;
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat(data);
}

/** An error of several addresses has no message of its own. */
function reasonOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join(', ') : error.message;
}
