/**
 * One stream of a client: submits its requests as they arrive, and sends the replies in frames. It reads
 * from the client only as fast as requests are answered and replies are received, so its memory is bounded.
 */
import type { Socket } from 'node:net';
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
import type { Client } from '../../budget/client.ts';
import type { Account } from '../../budget/fair-bound.ts';
import type { Hold } from '../../budget/hold.ts';
import { overloaded } from '../../budget/overloaded.ts';
import type { ReadTurns } from '../../budget/read-turns.ts';
import type { RequestTurns } from '../../budget/request-turns.ts';
import type { StreamLimits } from '../../config/stream-limits.ts';
import { RequestTiming } from '../../replica/request-timing.ts';
import type { KvService } from '../../service/kv-service.ts';
import type { RequestObserver } from '../../service/request-observer.ts';
import { Keepalive } from '../../system/keepalive.ts';
import { toKvError } from '../http/error-reply.ts';
import { ControlRate } from './control-rate.ts';
import { IdSet } from './id-set.ts';
import { PartialFrame } from './partial-frame.ts';
import { ReplyOutbox, type RowSizes } from './reply-outbox.ts';
import { StreamReplyRoom } from './reply-room.ts';
import { type FrameRequest, readRequests } from './request-frame.ts';

export interface ConnectionOptions {
  /** Names the connection in the log; with the number of a request, it names the request. */
  readonly id: string;
  readonly service: KvService;
  /** On whose behalf the client sends requests. */
  readonly principal?: Principal | undefined;
  /** Logs defects of the server only. */
  readonly logger: Pick<Logger, 'error'>;
  readonly limits: StreamLimits;
  /** Learns of slow replies and of errors that the client gets. */
  readonly observer: Pick<RequestObserver, 'isSlow' | 'onSent' | 'onError'>;
  readonly client: Client;
  /** What this connection holds of the memory budget. The connection closes it. */
  readonly account: Account;
  /** When each request begins. All streams share it. */
  readonly turns: Pick<RequestTurns, 'run'>;
  readonly readTurns: ReadTurns;
  /** Called once when the connection is closed. */
  readonly onClosed: (connection: StreamConnection) => void;
}

/** A received frame. Its requests keep it in memory until the last of them is answered. */
interface Arrival {
  readonly bytes: number;
  awaitedCount: number;
}

/** What a request takes besides its bytes in the frame. */
const requestBytes = 512;

/** These errors are sent often to an overloading client, so they are encoded once. */
const tooManyInFlight = errorToRow(
  overloaded('Too many pending requests on this connection; wait for replies'),
);
const overShare = errorToRow(
  overloaded('memoryBudgetBytes: this connection has its share of the memory'),
);

/** The close code for a client that may come again later. */
const tryLater = 1013;

export class StreamConnection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #outbox: ReplyOutbox;
  readonly #keepalive: Keepalive;
  readonly #closed = new AbortController();
  /** The ids of requests in flight. */
  readonly #ids = new IdSet();
  readonly #controls: ControlRate;
  #partial: PartialFrame | undefined;
  #inFlightBytes = 0;
  #isEnding = false;
  /** Set once the client was told to connect anew. */
  #leaveTimer: NodeJS.Timeout | undefined;

  constructor(socket: WebSocket, options: ConnectionOptions) {
    const { limits, account, onClosed } = options;
    this.#socket = socket;
    this.#options = options;
    const onSent = () => this.#regulate();
    const now = () => performance.now();
    this.#outbox = new ReplyOutbox(socket, { limits, account, onSent, now });
    this.#controls = new ControlRate(limits.controlRateMax);
    this.#keepalive = new Keepalive(socket, limits, () => socket.terminate());
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    for (const event of ['ping', 'pong']) socket.on(event, () => this.#onControl());
    // The library answers pings and closes broken connections by itself.
    socket.on('error', () => this.#end());
    socket.on('close', () => {
      this.#end();
      account.close();
      onClosed(this);
    });
  }

  /** Watches `raw`, the underlying socket: what has arrived of a frame, and when all replies have left. */
  watch(raw: Socket): void {
    const partial = new PartialFrame(raw, this.#options.account);
    this.#partial = partial;
    const { readTurns } = this.#options;
    readTurns.add(raw, () => this.#socket.isPaused);
    raw.once('close', () => readTurns.remove(raw));
    raw.on('data', () => {
      readTurns.onRead(raw);
      if (!partial.onBytes() && !this.#isEnding) this.#refuse('no memory for this frame', tryLater);
    });
    raw.on('drain', () => this.#regulate());
  }

  notify(notice: NoticeRow): void {
    this.#outbox.flush();
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(packNotice(notice));
  }

  /** Closes the connection if its client has been receiving the same frame for `msMax` milliseconds. */
  endIfSlow(nowMs: number, msMax: number): void {
    const { sendingSinceMs = nowMs } = this.#outbox;
    if (nowMs - sendingSinceMs >= msMax) this.#refuse('replies were not read in time');
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
    this.#partial?.onFrame();
    if (this.#isEnding) return;
    if (!isBinary || !(data instanceof Uint8Array)) {
      this.#refuse('expected a binary frame, got text');
      return;
    }
    try {
      const requests = readRequests(compact(data), this.#options.limits.inFlightCountMax);
      this.#take(requests, data.length + requestBytes * requests.length);
    } catch (error) {
      this.#refuse(error instanceof Error ? error.message : 'not a frame of requests');
    }
  }

  #onControl(): void {
    if (!this.#controls.add(performance.now())) this.#refuse('too many pings and pongs');
    else this.#regulate();
  }

  #take(requests: readonly FrameRequest[], bytes: number): void {
    const { account, client, turns } = this.#options;
    const hasRoom = account.take(bytes);
    const arrival: Arrival = { bytes: hasRoom ? bytes : 0, awaitedCount: requests.length };
    this.#inFlightBytes += arrival.bytes;
    for (const request of requests) {
      if (!this.#ids.add(request.id)) {
        // An error under this id could be taken for the reply to the request that is in flight.
        this.#refuse(`the id ${request.id} is in flight already`);
        return;
      }
      if (hasRoom) turns.run(client, (cameMs) => this.#submit(request, arrival, cameMs));
      else this.#refuseRequest(arrival, request.id, overShare);
    }
    this.#regulate();
  }

  #submit({ id, request, error }: FrameRequest, arrival: Arrival, cameMs: number): void {
    if (this.#isEnding) return;
    if (error !== undefined) {
      this.#onError(arrival, id, error);
      return;
    }
    if (this.#ids.size > this.#options.limits.inFlightCountMax) {
      this.#refuseRequest(arrival, id, tooManyInFlight);
      return;
    }
    const { service, principal, client, account, limits } = this.#options;
    const origin = { transport: 'stream', id: this.#options.id, number: id } as const;
    const { type } = request.command;
    const timing = new RequestTiming(type, origin, cameMs);
    const room =
      type === 'get' || type === 'transact' || type === 'scan' || type === 'changes'
        ? new StreamReplyRoom(account, this.#outbox, limits.unsentValueBytesMax)
        : undefined;
    const { signal } = this.#closed;
    service.submit(request, { signal, principal, timing, client, room }).then(
      (reply) => {
        this.#onReply(arrival, id, reply, room);
        this.#reportSlow(timing);
      },
      (error: unknown) => {
        room?.release();
        this.#onError(arrival, id, error);
        this.#reportSlow(timing);
      },
    );
  }

  #reportSlow(timing: RequestTiming): void {
    const { observer } = this.#options;
    if (observer.isSlow(timing)) this.#outbox.onceWritten(() => observer.onSent(timing));
  }

  #onReply(arrival: Arrival, id: number, reply: Reply, hold: Hold | undefined): void {
    this.#answer(arrival, id, replyToRow(reply), { hold });
  }

  #refuseRequest(arrival: Arrival, id: number, row: Row): void {
    this.#options.observer.onError('stream', 'KV_OVERLOADED');
    this.#answer(arrival, id, row);
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
    if (error.code === 'KV_UNAUTHENTICATED') this.#leave();
  }

  /**
   * A client with another token connects anew. Requests that it has sent by then get their own refusals, since they
   * would be unknown if the connection ended at once.
   */
  #leave(): void {
    if (this.#leaveTimer !== undefined) return;
    const end = () => this.#refuse('the credentials of this stream are no longer valid');
    this.#leaveTimer = setTimeout(end, this.#options.limits.closeMsMax);
    this.notify(['goodbye']);
  }

  #answer(arrival: Arrival, id: number, row: Row, sizes?: RowSizes): void {
    if (this.#isEnding) return;
    this.#ids.delete(id);
    arrival.awaitedCount -= 1;
    if (arrival.awaitedCount === 0) {
      this.#inFlightBytes -= arrival.bytes;
      this.#options.account.giveBack(arrival.bytes);
      if (this.#socket.isPaused) this.#regulate();
    }
    this.#outbox.add(id, row, sizes);
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

  #refuse(reason: string, code = 1008): void {
    this.#end();
    this.#socket.close(code, reason);
    this.#socket.resume();
  }

  /** Stops answering, and aborts all pending requests. */
  #end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#keepalive.stop();
    clearTimeout(this.#leaveTimer);
    this.#closed.abort(new KvError('KV_ABORTED', 'The client closed its connection.'));
  }
}

/** Copies a small frame out of a much larger buffer, which its requests would keep in memory. */
function compact(frame: Uint8Array): Bytes {
  return frame.buffer.byteLength > 2 * frame.byteLength ? new Uint8Array(frame) : frame;
}
