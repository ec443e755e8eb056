/**
 * The send queue of one connection. Messages leave as one frame when the queue is flushed, at the end of the turn
 * of the event loop at the latest, so a busy server pays one system call for many. The queue is bounded in bytes.
 */
import type { WebSocket } from 'ws';

/** The most messages of one frame, so that no frame has more elements than its receiver accepts. */
const messageCountMax = 1024;

export interface OutboxLimits {
  readonly queueBytesMax: number;
  readonly frameBytesMax: number;
}

/** The part of a WebSocket that the queue uses. */
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

  /** Queues a message. Returns false if the queue is full and the message is dropped. */
  add(message: Uint8Array): boolean {
    const queueBytes = this.#socket.bufferedAmount + this.#waitingBytes;
    if (queueBytes > this.#limits.queueBytesMax) return false;
    const isFull =
      this.#waitingBytes + message.byteLength > this.#limits.frameBytesMax ||
      this.#waiting.length === messageCountMax;
    if (isFull) this.flush();
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    this.#waiting.push(message);
    this.#waitingBytes += message.byteLength;
    return true;
  }

  /** Sends the queued messages now instead of at the end of this turn. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const [first = new Uint8Array(), ...others] = this.#waiting;
    const frame = others.length === 0 ? first : Buffer.concat(this.#waiting, this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    // If the connection has closed, the messages are lost, which Paxos tolerates.
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(frame);
  }
}
