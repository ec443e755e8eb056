/**
 * One connection to one server, from dialling to its end. Many requests await their replies at once. It
 * guards that each attempt gets an end: its reply, or word of whether it may have arrived.
 */
import {
  type News,
  newsFromRow,
  packFrame,
  paths,
  requestToWire,
  unpackFrame,
} from '@paxkv/protocol';
import { type Attempt, type Clock, ExchangeError } from '../environment.ts';
import { Ring } from '../ring.ts';
import { readRow } from './answer.ts';
import { idOf, placeOf, signId } from './ids.ts';
import { Silence } from './keepalive.ts';
import { Outbox, sizeOf } from './outbox.ts';
import type { Dial, Socket } from './socket.ts';

/** From dialling to the server's hello. */
const helloMsMax = 1_000;
/** A server refuses what is above 4096. */
const inFlightMax = 4_000;
/**
 * A server reads no more than this ahead of its answers. What is above it would wait on the way, where nobody
 * can tell whether it arrived; so it waits here.
 */
const inFlightBytesMax = 4 * 1024 * 1024;

/** Asks for no more than a sign of life: any server answers it at once, whatever it holds. */
const signOfLife = requestToWire({
  command: { type: 'get', key: Uint8Array.of(0) },
  consistency: 'serializable',
});

export interface ChannelParts {
  readonly endpoint: string;
  readonly clock: Clock;
  readonly dial: Dial;
  /** Calls back when all that is going on at this moment is over. */
  readonly defer: (callback: () => void) => void;
  readonly onNews: (news: News) => void;
  /** It takes no requests any more; `why` says so to people. */
  readonly onEnd: (why: string) => void;
  /** The server takes no streams: these attempts are left over. Said before `onEnd`. */
  readonly onRefused: (unsent: readonly Attempt[]) => void;
}

export class Channel {
  readonly #parts: ChannelParts;
  readonly #socket: Socket;
  readonly #silence: Silence;
  readonly #stopHelloTimer: () => void;
  #state: 'dialling' | 'open' | 'leaving' | 'ended' = 'dialling';
  readonly #outbox: Outbox;
  readonly #inFlight = new Ring<Attempt>();
  #inFlightBytes = 0;

  constructor(parts: ChannelParts) {
    const { clock, defer, endpoint, dial } = parts;
    this.#parts = parts;
    const way = {
      room: () => this.#room,
      bufferedBytes: () => this.#socket.bufferedBytes,
      register: (attempt: Attempt) => this.#register(attempt),
      send: (frame: Uint8Array) => this.#send(frame),
    };
    this.#outbox = new Outbox({ clock, defer, way });
    this.#silence = new Silence(clock, {
      isWaiting: () => this.#isAwaited(),
      bufferedBytes: () => this.#socket.bufferedBytes,
      askForSign: () => this.#askForSign(),
      onSilent: () => this.#end(`${endpoint} is silent`),
      onIdle: () => this.#socket.setIdle(true),
    });
    this.#stopHelloTimer = clock.at(clock.now() + helloMsMax, () =>
      this.#end(`${endpoint} did not take up the stream in time`),
    );
    this.#socket = dial(toStreamUrl(endpoint), {
      onFrame: (frame) => this.#onFrame(frame),
      onEnd: (why) => this.#end(`${endpoint}: ${why}`),
      onRefused: (why) => {
        this.#parts.onRefused(this.#outbox.empty());
        this.#end(`${endpoint} ${why}`);
      },
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether what is asked now leaves together with what was asked before in this tick. */
  get isGathering(): boolean {
    return this.#outbox.isGathering && this.#state === 'open';
  }

  /** Only before it leaves or ends. */
  push(attempt: Attempt): void {
    this.#outbox.add(attempt);
  }

  /** The server fails requests: what it has not got goes elsewhere, before it fails too. */
  giveUpUnsent(): void {
    this.#failUnsent(`${this.#parts.endpoint} fails requests`);
  }

  /** Ends it from this side. */
  close(): void {
    this.#end('the client was closed', () => this.#socket.close());
  }

  #hangUp(): void {
    this.#end(`${this.#parts.endpoint} has stopped`, () => this.#socket.close());
  }

  #send(frame: Uint8Array): void {
    this.#silence.watch();
    this.#socket.setIdle(false);
    this.#socket.send(frame);
  }

  get #room(): number {
    if (this.#state !== 'open' || this.#inFlightBytes >= inFlightBytesMax) {
      return 0;
    }
    return inFlightMax - this.#inFlight.size;
  }

  #register(attempt: Attempt): number {
    this.#inFlightBytes += sizeOf(attempt.request);
    return idOf(this.#inFlight.add(attempt));
  }

  #forget(place: number, attempt: Attempt): void {
    this.#inFlight.delete(place);
    this.#inFlightBytes -= sizeOf(attempt.request);
  }

  /** Forgets what is over: a server that answers no more must not fill this side's memory. */
  #isAwaited(): boolean {
    for (const [place, attempt] of this.#inFlight) {
      if (attempt.isOver) {
        this.#forget(place, attempt);
      }
    }
    this.#outbox.forgetOver();
    this.#outbox.flushSoon();
    return this.#inFlight.size > 0;
  }

  /** Nobody awaits the answer; that there is one is what matters. */
  #askForSign(): void {
    this.#socket.send(packFrame([signId, signOfLife]));
  }

  #onFrame(frame: Uint8Array): void {
    if (this.#state === 'ended') {
      return;
    }
    this.#silence.heard();
    try {
      const fields = unpackFrame(frame);
      const [first] = fields;
      if (Array.isArray(first)) {
        this.#onNews(newsFromRow(first));
      } else {
        this.#onReplies(fields);
      }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      this.#end(`${this.#parts.endpoint} says what is no paxkv stream: ${reason}`);
    }
  }

  #onNews(news: News | undefined): void {
    if (news === undefined) {
      return;
    }
    if (news.type === 'hello' && this.#state === 'dialling') {
      this.#stopHelloTimer();
      this.#state = 'open';
      this.#socket.setIdle(true);
    } else if (news.type === 'goodbye') {
      this.#leave();
    }
    this.#parts.onNews(news);
    this.#outbox.flushSoon();
  }

  #onReplies(fields: readonly unknown[]): void {
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const reply = readRow(fields[index + 1], this.#parts.endpoint);
      const place = placeOf(fields[index], this.#inFlight.first);
      const attempt = this.#inFlight.get(place);
      // Else it is a sign of life.
      if (attempt !== undefined) {
        this.#forget(place, attempt);
        if (reply instanceof Error) {
          attempt.fail(reply);
        } else {
          attempt.answer(reply);
        }
      }
    }
    this.#outbox.flushSoon();
    if (this.#state === 'leaving' && this.#inFlight.size === 0) {
      this.#hangUp();
    }
  }

  /** What was asked is still answered; what was not sent goes elsewhere. */
  #leave(): void {
    const { endpoint, onEnd } = this.#parts;
    this.#state = 'leaving';
    onEnd(`${endpoint} is about to stop`);
    this.#failUnsent(`${endpoint} is about to stop`);
    if (this.#inFlight.size === 0) {
      this.#hangUp();
    }
  }

  #failUnsent(why: string): void {
    for (const attempt of this.#outbox.empty()) {
      attempt.fail(new ExchangeError('no', why));
    }
  }

  #end(why: string, hangUp = () => this.#socket.cut()): void {
    if (this.#state === 'ended') {
      return;
    }
    const hasLeft = this.#state === 'leaving';
    this.#state = 'ended';
    this.#stopHelloTimer();
    this.#silence.stop();
    hangUp();
    if (!hasLeft) {
      this.#parts.onEnd(why);
    }
    this.#failUnsent(why);
    for (const [place, attempt] of this.#inFlight) {
      this.#forget(place, attempt);
      attempt.fail(new ExchangeError('maybe', why));
    }
  }
}

function toStreamUrl(endpoint: string): string {
  return `${endpoint.replace(/^http/, 'ws')}${paths.stream}`;
}
