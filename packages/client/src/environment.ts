/**
 * What the client needs from outside: a way to ask a server, a clock and randomness. It uses nothing else,
 * so the same retries run in a program, in a simulation and over any other connection.
 */
import type { Reply, Request } from './request.ts';

/** One request on its way to one server. Calls after it is settled change nothing. */
export interface Attempt {
  readonly request: Request;
  /** Whether it has a result, or none is wanted any more. A settled attempt need not be sent. */
  readonly isSettled: boolean;
  /** The request waits in the client, for a connection or for room. */
  markQueued(): void;
  /** The server may have the request from now on, and its time starts. An attempt never queued is sent. */
  markSent(): void;
  /** Settles it with the server's reply. */
  resolve(reply: Reply): void;
  /** Settles it with the server's refusal (`KvError`), or with why there is no reply (`ExchangeError`). */
  reject(error: Error): void;
  /** Sets the one callback for the case that the attempt ends before the exchange has settled it. */
  onCancel(callback: () => void): void;
}

/** Sends one request to one server. It does not retry and has no time limit. */
export interface Exchange {
  /** Sends the request to `endpoint` and settles the attempt. Never throws. */
  send(endpoint: string, attempt: Attempt): void;
  /** The one of these servers that serves such a request best at this moment, if the exchange knows one. */
  bestFor?(request: Request, endpoints: readonly string[]): string | undefined;
  /** An attempt at this server has failed. */
  avoid?(endpoint: string): void;
  /**
   * Whether the server serves other requests, so that a queued attempt only waits for room. No other server
   * would do better then, and the time of the attempt does not run out.
   */
  isServing?(endpoint: string): boolean;
  /** Closes connections. Called once, when no reply is awaited any more. */
  close(): Promise<void>;
}

/** No reply came. The server may have got the request nevertheless. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** `no` only if that is certain, such as after a refused connection. */
  readonly sent: 'no' | 'maybe';

  constructor(sent: 'no' | 'maybe', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.sent = sent;
  }
}

/** Monotonic time. It need not agree with any other clock. */
export interface Clock {
  /** Milliseconds since a fixed moment. */
  now(): number;
  /** Calls back once, when `now()` has reached `time` or soon after. Returns a function that prevents it. */
  at(time: number, callback: () => void): () => void;
}

/** Randomness. It spreads clients over servers and retries over time; no guarantee depends on it. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
}

/** The network, clock and random numbers that a client uses. */
export interface Environment {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
}
