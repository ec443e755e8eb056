/**
 * What waits to be sent on one connection. Messages of one turn of the event loop leave as one frame,
 * so a busy server pays one system call for many; what waits is bounded in bytes.
 */
import type { WebSocket } from 'ws';

export interface OutboxLimits {
  readonly queueBytesMax: number;
  readonly frameBytesMax: number;
}

/** The part of a connection that matters here. */
export type Sink = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send'>;

export class Outbox {
  readonly #socket: Sink;
  readonly #limits: OutboxLimits;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(socket: Sink, limits: OutboxLimits) {
    this.#socket = socket;
    this.#limits = limits;
  }

  /** Takes a message to be sent; false if it found the queue full and is dropped. */
  add(message: Uint8Array): boolean {
    const queueBytes = this.#socket.bufferedAmount + this.#waitingBytes;
    if (queueBytes > this.#limits.queueBytesMax) return false;
    if (this.#waitingBytes + message.byteLength > this.#limits.frameBytesMax) this.flush();
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push(message);
    this.#waitingBytes += message.byteLength;
    return true;
  }

  /** Sends what waits now rather than at the end of this turn. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const [first = new Uint8Array(), ...others] = this.#waiting;
    const frame = others.length === 0 ? first : Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    // On a connection that has ended meanwhile the messages are lost, as any may be.
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}
