/**
 * The link to one server: at most one connection that takes requests, and the delay before a lost one is
 * dialled again. Connections that take no more requests finish those in flight.
 */
import type { Notice } from '@paxkv/protocol';
import { type Attempt, type Exchange, ExchangeError, type Random } from '../environment.ts';
import { Backoff } from '../retry/backoff.ts';
import { Connection, type ConnectionListener, type ConnectionParts } from './connection.ts';

const redialLimits = { retryDelayMsMin: 20, retryDelayMsMax: 2_000 };
/** How long a server that failed a request is avoided while others serve. It grows with each failure. */
const avoidanceLimits = { retryDelayMsMin: 500, retryDelayMsMax: 10_000 };
/** How long a server that accepts no streams is asked over HTTP before a stream is tried again. */
const refusalMs = 60_000;
/** After this long without a failure, the next avoidance starts again at the minimum. */
const probationMs = 10_000;

export interface LinkParts extends ConnectionParts {
  readonly random: Random;
  /** Carries the requests that streams do not carry, and all requests to servers that accept no streams. */
  readonly http: Exchange;
}

export interface LinkListener {
  onNotice(link: Link, notice: Notice): void;
  /** The link has no connection until it is dialled again. */
  onLost(link: Link): void;
}

export class Link {
  readonly endpoint: string;
  readonly #parts: LinkParts;
  readonly #listener: LinkListener;
  readonly #connectionListener: ConnectionListener;
  #connection: Connection | undefined;
  #whyLost = '';
  readonly #redial: Backoff;
  #avoidance: Backoff;
  // Clock times. `undefined` if it has not happened since the start.
  #mayDialAt: number | undefined;
  #refusedUntil: number | undefined;
  #avoidedUntil: number | undefined;

  constructor(endpoint: string, parts: LinkParts, listener: LinkListener) {
    this.endpoint = endpoint;
    this.#parts = parts;
    this.#listener = listener;
    this.#connectionListener = {
      onNotice: (notice) => this.#listener.onNotice(this, notice),
      onRefused: (unsent) => this.#onRefused(unsent),
      onEnd: (connection, why) => this.#onEnd(connection, why),
    };
    this.#redial = new Backoff(redialLimits, parts.random);
    this.#avoidance = new Backoff(avoidanceLimits, parts.random);
  }

  /** Whether a request would be sent at once. */
  get isOpen(): boolean {
    return this.#connection?.isOpen ?? this.#isRefusedStreams;
  }

  /** Why its last connection was lost. */
  get whyLost(): string {
    return this.#whyLost;
  }

  get isBatching(): boolean {
    return this.#connection?.isBatching ?? false;
  }

  /** Whether the server failed a request recently. */
  get isAvoided(): boolean {
    return isFuture(this.#avoidedUntil, this.#parts.clock);
  }

  /** A request to this server failed. */
  avoid(): void {
    const now = this.#parts.clock.now();
    const until = this.#avoidedUntil;
    // Many requests fail together; they count as one failure.
    if (until === undefined || now >= until) {
      if (until !== undefined && now > until + probationMs) {
        this.#avoidance = new Backoff(avoidanceLimits, this.#parts.random);
      }
      this.#avoidedUntil = now + this.#avoidance.next();
    }
    this.#connection?.failUnsent();
  }

  get #isRefusedStreams(): boolean {
    return isFuture(this.#refusedUntil, this.#parts.clock);
  }

  /** Dials if there is no connection and the delay has passed. */
  connect(): void {
    if (this.#connection === undefined && !isFuture(this.#mayDialAt, this.#parts.clock)) {
      this.#connection = new Connection(this.endpoint, this.#parts, this.#connectionListener);
      this.#connection.start();
    }
  }

  send(attempt: Attempt): void {
    this.connect();
    if (this.#connection !== undefined) {
      this.#connection.add(attempt);
    } else if (this.#isRefusedStreams) {
      this.#parts.http.send(this.endpoint, attempt);
    } else {
      attempt.reject(new ExchangeError('no', this.#whyLost));
    }
  }

  close(): void {
    this.#connection?.close();
  }

  #onEnd(connection: Connection, why: string): void {
    if (this.#connection === connection) {
      const { clock } = this.#parts;
      const redialAt = clock.now() + this.#redial.next();
      this.#whyLost = why;
      this.#connection = undefined;
      this.#mayDialAt = Math.max(this.#refusedUntil ?? redialAt, redialAt);
      this.#listener.onLost(this);
    }
  }

  #onRefused(unsent: readonly Attempt[]): void {
    this.#refusedUntil = this.#parts.clock.now() + refusalMs;
    for (const attempt of unsent) {
      attempt.markSent();
      this.#parts.http.send(this.endpoint, attempt);
    }
  }
}

function isFuture(time: number | undefined, clock: ConnectionParts['clock']): boolean {
  return time !== undefined && clock.now() < time;
}
