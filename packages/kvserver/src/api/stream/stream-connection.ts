/**
 * One client on the stream. What it asks goes to the replica as it comes, and what comes back leaves in
 * frames. It is read only as fast as it is answered and takes its answers, so its memory is bounded.
 */
import type { Duplex } from 'node:stream';
import {
  type Bytes,
  errorToRow,
  KvError,
  type NewsRow,
  packNews,
  type Reply,
  replyToRow,
} from '@paxkv/protocol';
import type { Logger } from 'pino';
import type { RawData, WebSocket } from 'ws';
import type { StreamLimits } from '../../config/stream-limits.ts';
import type { SubmitOptions, Submitter } from '../../replica/submitter.ts';
import { submit } from '../../service/submit.ts';
import { Keepalive } from '../../system/keepalive.ts';
import { toKvError } from '../http/error-reply.ts';
import { ReplyOutbox } from './reply-outbox.ts';
import { type FrameRequest, readRequests } from './request-frame.ts';

export interface ConnectionOptions {
  readonly submitter: Submitter;
  /** Hears of defects only. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: StreamLimits;
  /** Nothing is left of the connection. */
  readonly onGone: (connection: StreamConnection) => void;
}

/** A frame that came in, kept in memory by its requests until the last of them is answered. */
interface Arrival {
  readonly bytes: number;
  awaitedCount: number;
}

/** Said so often to one that asks too much that it is made once. */
const tooManyInFlight = errorToRow(
  new KvError('KV_OVERLOADED', 'Too many requests at once on this connection.'),
);
const tooMuchUnread = errorToRow(
  new KvError('KV_OVERLOADED', 'Too many answers wait to be read on this connection.'),
);

export class StreamConnection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: ReplyOutbox;
  readonly #heartbeat: Keepalive;
  readonly #gone = new AbortController();
  readonly #submitOptions: SubmitOptions;
  #inFlightCount = 0;
  #inFlightBytes = 0;
  #isEnding = false;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { limits, onGone } = options;
    this.#socket = socket;
    this.#options = options;
    this.#outbox = new ReplyOutbox(socket, limits, () => this.#regulate());
    this.#heartbeat = new Keepalive(socket, limits, () => socket.terminate());
    this.#submitOptions = { signal: this.#gone.signal };
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    // The library answers pings, within bounds, and closes broken connections by itself.
    socket.on('error', () => this.#end());
    socket.on('close', () => {
      this.#end();
      onGone(this);
    });
  }

  /** Reads on once the client took all that was on its way on `raw`, the socket below. */
  watch(raw: Duplex): void {
    raw.on('drain', () => this.#regulate());
  }

  tell(news: NewsRow): void {
    this.#outbox.flush();
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(packNews(news));
  }

  /** Sends what is answered, then ends the connection. */
  close(): void {
    this.#outbox.flush();
    this.#end();
    this.#socket.close(1001, 'this server is stopping');
    // One that is not read from would not hear the other end agree.
    this.#socket.resume();
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    if (this.#isEnding) return;
    if (!isBinary || !(data instanceof Uint8Array)) {
      this.#refuse('text instead of bytes');
      return;
    }
    try {
      this.#take(
        readRequests(withoutSurroundings(data), this.#options.limits.inFlightCountMax),
        data.length,
      );
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : 'not a frame of requests');
    }
  }

  #take(requests: readonly FrameRequest[], bytes: number): void {
    const arrival: Arrival = { bytes, awaitedCount: requests.length };
    this.#inFlightBytes += bytes;
    for (const request of requests) this.#ask(request, arrival);
    this.#regulate();
  }

  #ask({ id, request, error }: FrameRequest, arrival: Arrival): void {
    this.#inFlightCount += 1;
    if (error !== undefined) {
      this.#onError(arrival, id, error);
      return;
    }
    if (this.#inFlightCount > this.#options.limits.inFlightCountMax) {
      this.#answer(arrival, id, tooManyInFlight);
      return;
    }
    submit(this.#options.submitter, request, this.#submitOptions).then(
      (reply) => this.#onReply(arrival, id, reply),
      (error: unknown) => this.#onError(arrival, id, error),
    );
  }

  #onReply(arrival: Arrival, id: number, reply: Reply): void {
    const valueBytes = reply.type === 'get' ? (reply.entry?.value.length ?? 0) : 0;
    const isTooMuch =
      this.#outbox.unsentBytes + valueBytes > this.#options.limits.unsentValueBytesMax;
    // Only of gets may be said at this point that they were not done.
    if (valueBytes > 0 && isTooMuch) this.#answer(arrival, id, tooMuchUnread);
    else this.#answer(arrival, id, replyToRow(reply), valueBytes);
  }

  #onError(arrival: Arrival, id: number, thrown: unknown): void {
    if (this.#isEnding) return;
    const error = toKvError(thrown);
    if (error.code === 'KV_INTERNAL')
      this.#options.logger.error({ error: thrown }, 'request failed');
    this.#answer(arrival, id, errorToRow(error), error.message.length);
  }

  #answer(arrival: Arrival, id: number, row: readonly unknown[], bytes = 0): void {
    this.#inFlightCount -= 1;
    arrival.awaitedCount -= 1;
    if (arrival.awaitedCount === 0) {
      this.#inFlightBytes -= arrival.bytes;
      if (this.#socket.isPaused) this.#regulate();
    }
    if (!this.#isEnding) this.#outbox.add(id, row, bytes);
  }

  /** Reads on, or does not, by how much of what was read and answered is still in memory. */
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

  /** Nobody waits for what was asked here any more. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#heartbeat.stop();
    this.#gone.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
  }
}

/** A small frame may lie in a much larger buffer, which its requests would keep in memory. */
function withoutSurroundings(frame: Uint8Array): Bytes {
  return frame.buffer.byteLength > 2 * frame.byteLength ? new Uint8Array(frame) : frame;
}
