/**
 * Replies that wait to be sent on one connection. Replies of one turn of the event loop are sent as one
 * frame. If the connection closes, replies that were not sent are dropped. What waits is counted in the account of
 * the client until the system has taken it.
 */
import { packFrame, type Row } from '@paxkv/protocol';
import type { WebSocket } from 'ws';
import type { Account } from '../../budget/fair-bound.ts';
import type { Hold } from '../../budget/hold.ts';
import type { StreamLimits } from '../../config/stream-limits.ts';

/** The part of a WebSocket that the outbox uses. */
export type Sink = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'OPEN' | 'send'>;

/** An upper estimate for an id and a row without the value or message in it. */
const overheadBytes = 48;

/** What a row adds to a frame. */
export interface RowSizes {
  /** The size of the value or message in the row. Default: that of its byte strings. */
  readonly bytes?: number;
  /** What was reserved for the reply. The outbox takes it over. */
  readonly hold?: Hold | undefined;
}

export interface OutboxOptions {
  readonly limits: Pick<StreamLimits, 'replyFrameBytesMax'>;
  readonly account: Pick<Account, 'add' | 'giveBack'>;
  /** Called after each frame. */
  readonly onSent: () => void;
  /** Milliseconds, which never go back. */
  readonly now: () => number;
}

export class ReplyOutbox {
  readonly #socket: Sink;
  readonly #options: OutboxOptions;
  /** Ids and rows, alternating. */
  #pairs: unknown[] = [];
  #bytes = 0;
  /** What is reserved for replies that are being read. */
  reservedBytes = 0;
  /** When each frame was sent that the system has not taken yet, the oldest first. */
  readonly #sentMs: number[] = [];
  /** Called when the next frame is written. */
  #callbacks: (() => void)[] = [];

  constructor(socket: Sink, options: OutboxOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Approximate bytes that the client has not received yet. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount + this.#bytes;
  }

  /** Since when the client has been receiving the same frame; `undefined` if it has received all. */
  get sendingSinceMs(): number | undefined {
    return this.#sentMs[0];
  }

  add(id: number, row: Row, { bytes = bytesIn(row), hold }: RowSizes = {}): void {
    const size = overheadBytes + bytes;
    if (this.#bytes > 0 && this.#bytes + size > this.#options.limits.replyFrameBytesMax)
      this.flush();
    if (this.#bytes === 0) setImmediate(() => this.flush());
    this.#pairs.push(id, row);
    this.#bytes += size;
    this.#options.account.add(size);
    hold?.release();
  }

  /** Calls back once the system has taken what was added so far, or the connection has closed before. */
  onceWritten(callback: () => void): void {
    if (this.#bytes === 0) callback();
    else this.#callbacks.push(callback);
  }

  flush(): void {
    if (this.#bytes === 0) return;
    const { account, onSent, now } = this.#options;
    const pairs = this.#pairs;
    const callbacks = this.#callbacks;
    const bytes = this.#bytes;
    this.#pairs = [];
    this.#callbacks = [];
    this.#bytes = 0;
    const onWritten = () => {
      account.giveBack(bytes);
      for (const callback of callbacks) callback();
    };
    if (this.#socket.readyState !== this.#socket.OPEN) {
      onWritten();
      return;
    }
    this.#sentMs.push(now());
    this.#socket.send(packFrame(pairs, bytes), () => {
      // The next frame begins to be received only now.
      this.#sentMs.shift();
      if (this.#sentMs.length > 0) this.#sentMs[0] = now();
      onWritten();
    });
    onSent();
  }
}

function bytesIn(row: Row): number {
  let bytes = 0;
  for (const field of row) if (field instanceof Uint8Array) bytes += field.length;
  return bytes;
}
