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

export class ReplyOutbox {
  readonly #socket: Sink;
  readonly #limits: StreamLimits;
  readonly #onSent: () => void;
  /** Ids and rows, alternating. */
  #pairs: unknown[] = [];
  #bytes = 0;

  /** `onSent` is called after each frame. */
  constructor(socket: Sink, limits: StreamLimits, onSent: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#onSent = onSent;
  }

  /** Approximate bytes that the client has not received yet. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount + this.#bytes;
  }

  /** `bytes`: the size of the value or message in the row. */
  add(id: number, row: Row, bytes = 0): void {
    const size = overheadBytes + bytes;
    if (this.#bytes > 0 && this.#bytes + size > this.#limits.replyFrameBytesMax) this.flush();
    if (this.#bytes === 0) setImmediate(() => this.flush());
    this.#pairs.push(id, row);
    this.#bytes += size;
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const pairs = this.#pairs;
    this.#pairs = [];
    this.#bytes = 0;
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(packFrame(pairs));
    this.#onSent();
  }
}
