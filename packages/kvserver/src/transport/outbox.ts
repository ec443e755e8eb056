/**
 * The send queue of one connection. Messages leave as one frame when the queue is flushed, at the end of the turn
 * of the event loop at the latest, so a busy server pays one system call for many. The queue is bounded in bytes.
 */
import type { Wire } from './wire/wire.ts';

/** The most messages of one frame, so that no frame has more elements than its receiver accepts. */
const messageCountMax = 1024;

export interface OutboxLimits {
  readonly queueBytesMax: number;
  readonly frameBytesMax: number;
}

/** The part of a connection that the queue uses. */
export type Sink = Pick<Wire, 'queuedBytes' | 'sendMessages'>;

export class Outbox {
  readonly #sink: Sink;
  readonly #limits: OutboxLimits;
  /** The pieces of the messages that wait. */
  #waiting: Uint8Array[] = [];
  #waitingCount = 0;
  #waitingBytes = 0;

  constructor(sink: Sink, limits: OutboxLimits) {
    this.#sink = sink;
    this.#limits = limits;
  }

  /** Queues a message in pieces. Returns false if the queue is full and the message is dropped. */
  add(pieces: readonly Uint8Array[]): boolean {
    const byteLength = byteLengthOf(pieces);
    const queueBytes = this.#sink.queuedBytes + this.#waitingBytes;
    if (queueBytes > this.#limits.queueBytesMax) return false;
    const isFull =
      this.#waitingBytes + byteLength > this.#limits.frameBytesMax ||
      this.#waitingCount === messageCountMax;
    if (isFull) this.flush();
    if (this.#waitingCount === 0) setImmediate(() => this.flush());
    this.#waiting.push(...pieces);
    this.#waitingCount += 1;
    this.#waitingBytes += byteLength;
    return true;
  }

  /** Sends the queued messages now instead of at the end of this turn. */
  flush(): void {
    if (this.#waitingCount === 0) return;
    const [pieces, bytes] = [this.#waiting, this.#waitingBytes];
    this.#waiting = [];
    this.#waitingCount = 0;
    this.#waitingBytes = 0;
    // If the connection has closed, the messages are lost, which Paxos tolerates.
    this.#sink.sendMessages(pieces, bytes);
  }
}

export function byteLengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
