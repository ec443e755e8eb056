/**
 * One connection to one server, from dialling to its end, with many requests in flight. It guards the rule
 * that every attempt is settled: by its reply, or by an error that states whether it may have arrived.
 */
import { type Notice, noticeFromRow, packFrame, paths, unpackFrame } from '@paxkv/protocol';
import type { ClusterPin } from '../cluster-pin.ts';
import { type Attempt, type Clock, ExchangeError } from '../environment.ts';
import { Ring } from '../ring.ts';
import type { Defer, Dial, Socket } from '../system/network.ts';
import { Keepalive } from './keepalive.ts';
import { isPacedRead, ReadPace, valueBytesOf } from './read-pace.ts';
import { idOf, pingId, pingRow, positionOf, readReply } from './replies.ts';
import { SendQueue, sizeOf } from './send-queue.ts';

/** Longest time from dialling to the server's hello. */
const helloMsMax = 1_000;
/** Most requests in flight. A server refuses more than 4096. */
const inFlightMax = 4_000;
/**
 * Most bytes in flight. A server reads no more than this ahead of its replies. Further requests would wait
 * in the network, where the client cannot know whether they arrived, so they wait in the client instead.
 */
const inFlightBytesMax = 4 * 1024 * 1024;

export interface ConnectionParts {
  readonly clock: Clock;
  readonly dial: Dial;
  readonly defer: Defer;
  /** The cluster that the client uses. */
  readonly pin: ClusterPin;
}

export interface ConnectionListener {
  onNotice(notice: Notice): void;
  /** The server accepts no streams; `unsent` are its attempts. `onEnd` follows. */
  onRefused(unsent: readonly Attempt[]): void;
  /** The connection takes no further requests; `why` is for messages. */
  onEnd(connection: Connection, why: string): void;
}

export class Connection {
  readonly #endpoint: string;
  readonly #clock: Clock;
  readonly #pin: ClusterPin;
  readonly #listener: ConnectionListener;
  readonly #socket: Socket;
  readonly #queue: SendQueue;
  readonly #keepalive: Keepalive;
  readonly #inFlight = new Ring<Attempt>();
  #inFlightBytes = 0;
  readonly #pace = new ReadPace();
  #state: 'dialling' | 'open' | 'leaving' | 'ended' = 'dialling';
  #stopHelloTimer = () => {};
  /** The name that the server gave to this connection. */
  #name: string | undefined;

  /** Starts to connect. Call `start` at once. */
  constructor(
    endpoint: string,
    { clock, dial, defer, pin }: ConnectionParts,
    listener: ConnectionListener,
  ) {
    this.#endpoint = endpoint;
    this.#pin = pin;
    this.#clock = clock;
    this.#listener = listener;
    this.#socket = dial(`${endpoint.replace(/^http/, 'ws')}${paths.stream}`);
    const bufferedBytes = () => this.#socket.bufferedBytes;
    const sink = {
      bufferedBytes,
      room: () => this.#room,
      register: (attempt: Attempt) => this.#register(attempt),
      send: (frame: Uint8Array) => this.#send(frame),
    };
    this.#queue = new SendQueue({ clock, defer, sink });
    this.#keepalive = new Keepalive(clock, {
      bufferedBytes,
      isAwaiting: () => this.#isAwaiting(),
      ping: () => this.#ping(),
      onSilent: () => this.#end(`${endpoint} does not respond`),
      onIdle: () => this.#socket.setIdle(true),
    });
  }

  /** Waits for the server's hello. */
  start(): void {
    const endpoint = this.#endpoint;
    this.#stopHelloTimer = this.#clock.at(this.#clock.now() + helloMsMax, () =>
      this.#end(`${endpoint} opened no stream within ${helloMsMax} ms`),
    );
    this.#socket.listen({
      onFrame: (frame) => this.#onFrame(frame),
      onEnd: (why) => this.#end(`${endpoint}: ${why}`),
      onRefused: (why) => {
        this.#listener.onRefused(this.#queue.drain());
        this.#end(`${endpoint} ${why}`);
      },
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether a request made now is sent in one frame with those made before in this tick. */
  get isBatching(): boolean {
    return this.#queue.isBatching && this.#state === 'open';
  }

  /** Sends an attempt. Not to be called after `onEnd`. */
  add(attempt: Attempt): void {
    this.#queue.add(attempt);
  }

  /** The server fails requests: attempts that were not sent fail now, so that they go to other servers. */
  failUnsent(): void {
    this.#failUnsent(`${this.#endpoint} fails requests`);
  }

  /** Ends the connection from this side. */
  close(): void {
    this.#end('the client was closed', () => this.#socket.close());
  }

  #hangUp(): void {
    this.#end(`${this.#endpoint} has stopped`, () => this.#socket.close());
  }

  #send(frame: Uint8Array): void {
    this.#keepalive.start();
    this.#socket.setIdle(false);
    this.#socket.send(frame);
  }

  get #room(): number {
    const isFull = this.#inFlightBytes >= inFlightBytesMax || !this.#pace.hasRoom;
    if (this.#state !== 'open' || isFull) {
      return 0;
    }
    return inFlightMax - this.#inFlight.size;
  }

  #register(attempt: Attempt): number {
    this.#inFlightBytes += sizeOf(attempt.request);
    if (isPacedRead(attempt.request)) {
      this.#pace.onSent();
    }
    return idOf(this.#inFlight.add(attempt));
  }

  #remove(position: number, attempt: Attempt): void {
    this.#inFlight.delete(position);
    this.#inFlightBytes -= sizeOf(attempt.request);
    if (isPacedRead(attempt.request)) {
      this.#pace.onEnded();
    }
  }

  /** Whether a reply is awaited. Drops settled attempts, so that a hanging server does not fill the memory. */
  #isAwaiting(): boolean {
    for (const [position, attempt] of this.#inFlight) {
      if (attempt.isSettled) {
        this.#remove(position, attempt);
      }
    }
    this.#queue.dropSettled();
    this.#queue.scheduleFlush();
    return this.#inFlight.size > 0;
  }

  /** Sends a ping. Any reply, even an error, shows that the server is alive. */
  #ping(): void {
    this.#socket.send(packFrame([pingId, pingRow]));
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#keepalive.onFrame();
    try {
      const fields = unpackFrame(frame);
      const [first] = fields;
      if (Array.isArray(first)) {
        this.#onNotice(noticeFromRow(first));
      } else {
        this.#onReplies(fields);
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#end(`${this.#endpoint} sent what is no paxkv stream: ${reason}`);
    }
  }

  #onNotice(notice: Notice | undefined): void {
    if (notice === undefined) {
      return;
    }
    if ((notice.type === 'hello' || notice.type === 'incarnation') && !this.#isPinned(notice)) {
      return;
    }
    if (notice.type === 'hello' && this.#state === 'dialling') {
      this.#stopHelloTimer();
      this.#name = notice.connection;
      this.#state = 'open';
      this.#socket.setIdle(true);
    } else if (notice.type === 'goodbye') {
      this.#leave();
    }
    this.#listener.onNotice(notice);
    this.#queue.scheduleFlush();
  }

  /** Whether the server belongs to the cluster of the client. If not, nothing is sent to it. */
  #isPinned({ incarnation }: { readonly incarnation?: string }): boolean {
    const refusal = this.#pin.meet(this.#endpoint, incarnation);
    if (refusal === undefined) {
      return true;
    }
    for (const attempt of this.#queue.drain()) {
      attempt.reject(refusal);
    }
    this.#end(refusal.message);
    return false;
  }

  #onReplies(fields: readonly unknown[]): void {
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const id = fields[index];
      const requestId = this.#name === undefined ? undefined : `${this.#name}-${String(id)}`;
      const reply = readReply(fields[index + 1], this.#endpoint, requestId);
      const position = positionOf(id, this.#inFlight.first);
      const attempt = this.#inFlight.get(position);
      // A reply that belongs to no attempt is the reply to a ping.
      if (attempt !== undefined) {
        this.#remove(position, attempt);
        if (reply instanceof Error) {
          attempt.reject(reply);
        } else {
          const bytes = valueBytesOf(reply);
          if (bytes !== undefined) {
            this.#pace.onValue(bytes);
          }
          attempt.resolve(reply);
        }
      }
    }
    this.#queue.scheduleFlush();
    if (this.#state === 'leaving' && this.#inFlight.size === 0) {
      this.#hangUp();
    }
  }

  /** The server still answers requests in flight; those that were not sent go to other servers. */
  #leave(): void {
    const why = `${this.#endpoint} takes no more requests on this stream`;
    this.#state = 'leaving';
    this.#listener.onEnd(this, why);
    this.#failUnsent(why);
    if (this.#inFlight.size === 0) {
      this.#hangUp();
    }
  }

  #failUnsent(why: string): void {
    for (const attempt of this.#queue.drain()) {
      attempt.reject(new ExchangeError('no', why));
    }
  }

  #end(why: string, hangUp = () => this.#socket.terminate()): void {
    if (this.#state === 'ended') {
      return;
    }
    const wasLeaving = this.#state === 'leaving';
    this.#state = 'ended';
    this.#stopHelloTimer();
    this.#keepalive.stop();
    hangUp();
    if (!wasLeaving) {
      this.#listener.onEnd(this, why);
    }
    this.#failUnsent(why);
    for (const [position, attempt] of this.#inFlight) {
      this.#remove(position, attempt);
      attempt.reject(new ExchangeError('maybe', why));
    }
  }
}
