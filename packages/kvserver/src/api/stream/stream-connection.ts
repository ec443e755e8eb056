/**
 * One stream of a client: submits its requests as they arrive, and sends the replies in frames. It reads
 * from the client only as fast as requests are answered and replies are received, so its memory is bounded.
 */
import type { Duplex } from 'node:stream';
import {
  type Bytes,
  errorToRow,
  KvError,
  type NoticeRow,
  type Principal,
  packNotice,
  type Reply,
  type Row,
  replyToRow,
} from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { StreamLimits } from '../../config/stream-limits.ts';
import { RequestTiming } from '../../replica/request-timing.ts';
import type { KvService } from '../../service/kv-service.ts';
import type { RequestObserver } from '../../service/request-observer.ts';
import { Keepalive } from '../../system/keepalive.ts';
import type { ByteBudget } from '../client-bytes.ts';
import { toKvError } from '../http/error-reply.ts';
import { ReplyOutbox, type RowSizes } from './reply-outbox.ts';
import { type FrameRequest, readRequests } from './request-frame.ts';

export interface ConnectionOptions {
  /** Names the connection in the log; with the number of a request, it names the request. */
  readonly id: string;
  readonly service: KvService;
  /** On whose behalf the client sends requests. */
  readonly principal?: Principal | undefined;
  /** The owner of the sessions that the client opens, unless the principal is. */
  readonly owner?: string | undefined;
  /** Logs defects of the server only. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: StreamLimits;
  /** Learns of slow replies and of errors that the client gets. */
  readonly observer: Pick<RequestObserver, 'isSlow' | 'onSent' | 'onError'>;
  /** Values that clients have not received, of all connections together. */
  readonly unsent: ByteBudget;
  /** Called once when the connection is closed. */
  readonly onClosed: (connection: StreamConnection) => void;
}

/** A received frame. Its requests keep it in memory until the last of them is answered. */
interface Arrival {
  readonly bytes: number;
  awaitedCount: number;
}

/** These errors are sent often to an overloading client, so they are encoded once. */
const tooManyInFlight = errorToRow(
  new KvError('KV_OVERLOADED', 'Too many pending requests on this connection; wait for replies.'),
);
const tooMuchUnreadByAll = errorToRow(
  new KvError(
    'KV_OVERLOADED',
    'unsentBytesMax is reached by values that clients have not received; retry later.',
  ),
);
const tooMuchUnread = errorToRow(
  new KvError('KV_OVERLOADED', 'Too many unread replies on this connection; read them first.'),
);

export class StreamConnection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: ReplyOutbox;
  readonly #keepalive: Keepalive;
  readonly #closed = new AbortController();
  readonly #unsent: ByteBudget;
  /** What the values of this connection take of `#unsent`. */
  #heldBytes = 0;
  #inFlightCount = 0;
  #inFlightBytes = 0;
  #isEnding = false;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { limits, onClosed } = options;
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new ReplyOutbox(socket, limits, {
      onSent: () => this.#regulate(),
      onWritten: (valueBytes) => this.#release(valueBytes),
    });
    this.#unsent = options.unsent;
    this.#keepalive = new Keepalive(socket, limits, () => socket.terminate());
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    // The library answers pings, with limits, and closes broken connections by itself.
    socket.on('error', () => this.#end());
    socket.on('close', () => {
      this.#end();
      onClosed(this);
    });
  }

  /** Resumes reading when `raw`, the underlying socket, has sent everything that was buffered. */
  watch(raw: Duplex): void {
    raw.on('drain', () => this.#regulate());
  }

  notify(notice: NoticeRow): void {
    this.#outbox.flush();
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(packNotice(notice));
  }

  /** Sends all finished replies, then closes the connection. */
  close(): void {
    this.#outbox.flush();
    this.#end();
    this.#socket.close(1001, 'this server is stopping');
    // A paused socket would not receive the close frame of the client.
    this.#socket.resume();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#isEnding) return;
    if (!isBinary || !(data instanceof Uint8Array)) {
      this.#refuse('expected a binary frame, got text');
      return;
    }
    try {
      const requests = readRequests(compact(data), this.#options.limits.inFlightCountMax);
      this.#take(requests, data.length);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : 'not a frame of requests');
    }
  }

  #take(requests: readonly FrameRequest[], bytes: number): void {
    const arrival: Arrival = { bytes, awaitedCount: requests.length };
    this.#inFlightBytes += bytes;
    for (const request of requests) this.#submit(request, arrival);
    this.#regulate();
  }

  #submit({ id, request, error }: FrameRequest, arrival: Arrival): void {
    this.#inFlightCount += 1;
    if (error !== undefined) {
      this.#onError(arrival, id, error);
      return;
    }
    if (this.#inFlightCount > this.#options.limits.inFlightCountMax) {
      this.#options.observer.onError('stream', 'KV_OVERLOADED');
      this.#answer(arrival, id, tooManyInFlight);
      return;
    }
    const origin = { transport: 'stream', id: this.#options.id, number: id } as const;
    const timing = new RequestTiming(request.command.type, origin);
    const { service, observer, principal, owner } = this.#options;
    const reportSlow = () => {
      if (observer.isSlow(timing)) this.#outbox.onceWritten(() => observer.onSent(timing));
    };
    service.submit(request, { signal: this.#closed.signal, principal, owner, timing }).then(
      (reply) => {
        this.#onReply(arrival, id, reply);
        reportSlow();
      },
      (error: unknown) => {
        this.#onError(arrival, id, error);
        reportSlow();
      },
    );
  }

  #onReply(arrival: Arrival, id: number, reply: Reply): void {
    const valueBytes = reply.type === 'get' ? (reply.entry?.value.length ?? 0) : 0;
    const isTooMuch =
      this.#outbox.unsentBytes + valueBytes > this.#options.limits.unsentValueBytesMax;
    // Only replies to gets have values. A get whose reply is dropped has had no effect, so it is not done.
    if (valueBytes > 0 && isTooMuch) this.#refuseValue(arrival, id, tooMuchUnread);
    else if (!this.#hold(valueBytes)) this.#refuseValue(arrival, id, tooMuchUnreadByAll);
    else this.#answer(arrival, id, replyToRow(reply), { bytes: valueBytes, valueBytes });
  }

  #refuseValue(arrival: Arrival, id: number, row: Row): void {
    this.#options.observer.onError('stream', 'KV_OVERLOADED');
    this.#answer(arrival, id, row);
  }

  /** Counts a value until it has left this process. Returns false if all clients together hold too much. */
  #hold(valueBytes: number): boolean {
    if (valueBytes === 0 || this.#isEnding) return true;
    if (!this.#unsent.take(valueBytes)) return false;
    this.#heldBytes += valueBytes;
    return true;
  }

  /** Values have left this process, or never will. */
  #release(bytes: number): void {
    const released = Math.min(bytes, this.#heldBytes);
    if (released === 0) return;
    this.#heldBytes -= released;
    this.#unsent.giveBack(released);
  }

  #onError(arrival: Arrival, id: number, thrown: unknown): void {
    if (this.#isEnding) return;
    const error = toKvError(thrown);
    const { observer, logger } = this.#options;
    observer.onError('stream', error.code);
    if (error.code === 'KV_INTERNAL') {
      logger.error({ error: thrown, requestId: `${this.#options.id}-${id}` }, 'request failed');
    }
    this.#answer(arrival, id, errorToRow(error), { bytes: error.message.length });
    // A client with another token connects anew.
    if (error.code === 'KV_UNAUTHENTICATED') {
      this.#outbox.flush();
      this.#refuse('the credentials of this stream are no longer valid');
    }
  }

  #answer(arrival: Arrival, id: number, row: Row, sizes?: RowSizes): void {
    this.#inFlightCount -= 1;
    arrival.awaitedCount -= 1;
    if (arrival.awaitedCount === 0) {
      this.#inFlightBytes -= arrival.bytes;
      if (this.#socket.isPaused) this.#regulate();
    }
    if (!this.#isEnding) this.#outbox.add(id, row, sizes);
  }

  /** Pauses or resumes reading, depending on the bytes of requests and replies in memory. */
  #regulate(): void {
    const { inFlightBytesMax, unsentBytesMax } = this.#options.limits;
    const isFull =
      this.#inFlightBytes > inFlightBytesMax || this.#outbox.unsentBytes > unsentBytesMax;
    if (isFull === this.#socket.isPaused || this.#isEnding) return;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
  }

  #refuse(reason: string): void {
    this.#end();
    this.#socket.close(1008, reason);
  }

  /** Stops answering, and aborts all pending requests. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#release(this.#heldBytes);
    this.#keepalive.stop();
    this.#closed.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
  }
}

/** Copies a small frame out of a much larger buffer, which its requests would keep in memory. */
function compact(frame: Uint8Array): Bytes {
  return frame.buffer.byteLength > 2 * frame.byteLength ? new Uint8Array(frame) : frame;
}
