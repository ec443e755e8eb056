/**
 * Replies that wait to be sent on one connection. Replies of one turn of the event loop are sent as one
 * frame. If the connection closes, replies that were not sent are dropped.
 */
import { packFrame, type Row } from '@paxkv/protocol';
import type { WebSocket } from 'ws';
import type { StreamLimits } from '../../config/stream-limits.ts';

/** The part of a WebSocket that the outbox uses. */
export type Sink = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send'>;

/** An upper estimate for an id and a row without the value or message in it. */
const overheadBytes = 48;

/** What a row adds to a frame. Both default to 0. */
export interface RowSizes {
  /** The size of the value or message in the row. */
  readonly bytes?: number;
  /** The part of it that counts as a value until it is written. */
  readonly valueBytes?: number;
}

export interface OutboxEvents {
  /** Called after each frame. */
  readonly onSent: () => void;
  /** The system has taken a frame with values of so many bytes, or the connection has closed before. */
  readonly onWritten?: (valueBytes: number) => void;
}

export class ReplyOutbox {
  readonly #socket: Sink;
  readonly #limits: StreamLimits;
  readonly #events: OutboxEvents;
  /** Ids and rows, alternating. */
  #pairs: unknown[] = [];
  #bytes = 0;
  #valueBytes = 0;
  /** Called when the next frame is written. */
  #callbacks: (() => void)[] = [];

  constructor(socket: Sink, limits: StreamLimits, events: OutboxEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#events = events;
  }

  /** Approximate bytes that the client has not received yet. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount + this.#bytes;
  }

  add(id: number, row: Row, { bytes = 0, valueBytes = 0 }: RowSizes = {}): void {
    const size = overheadBytes + bytes;
    if (this.#bytes > 0 && this.#bytes + size > this.#limits.replyFrameBytesMax) this.flush();
    if (this.#bytes === 0) setImmediate(() => this.flush());
    this.#pairs.push(id, row);
    this.#bytes += size;
    this.#valueBytes += valueBytes;
  }

  /** Calls back once the system has taken what was added so far, or the connection has closed before. */
  onceWritten(callback: () => void): void {
    if (this.#bytes === 0) callback();
    else this.#callbacks.push(callback);
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const pairs = this.#pairs;
    const callbacks = this.#callbacks;
    const [bytes, valueBytes] = [this.#bytes, this.#valueBytes];
    this.#pairs = [];
    this.#callbacks = [];
    this.#bytes = 0;
    this.#valueBytes = 0;
    const onWritten = () => {
      this.#events.onWritten?.(valueBytes);
      for (const callback of callbacks) callback();
    };
    if (this.#socket.readyState !== this.#socket.OPEN) {
      onWritten();
      return;
    }
    this.#socket.send(packFrame(pairs, bytes), onWritten);
    this.#events.onSent();
  }
}
