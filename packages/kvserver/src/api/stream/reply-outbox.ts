/**
 * Replies that wait to be sent on one connection. Those of one turn of the event loop leave as one
 * frame. It holds no more values than a client takes: those of one that does not read are let go of.
 */
import { packFrame, type Row } from '@paxkv/protocol';
import type { WebSocket } from 'ws';
import type { StreamLimits } from '../../config/stream-limits.ts';

/** The part of a connection that matters here. */
export type Sink = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send'>;

/** Of an id and a row beside the bytes or text in it; generous. */
const overheadBytes = 48;

export class ReplyOutbox {
  readonly #socket: Sink;
  readonly #limits: StreamLimits;
  readonly #onSent: () => void;
  /** Ids and rows in turn. */
  #pairs: unknown[] = [];
  #bytes = 0;

  /** `onSent` is called when a frame was handed to the connection. */
  constructor(socket: Sink, limits: StreamLimits, onSent: () => void) {
    this.#socket = socket;
    this.#limits = limits;
    this.#onSent = onSent;
  }

  /** Bytes that the client has not taken yet, about. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount + this.#bytes;
  }

  /** `bytes`: of the value or message in the row. */
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
