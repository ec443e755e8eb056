/**
 * What the client needs from outside: a way to ask a server, a clock and randomness. It uses nothing else,
 * so the same retries run in a program, in a simulation and over any other connection.
 */
import type { Reply, Request } from './request.ts';

/** One request on its way to one server. Calls after it is settled change nothing. */
export interface Attempt {
  readonly request: Request;
  /** Whether the attempt has a result or was cancelled. A settled attempt need not be sent. */
  readonly isSettled: boolean;
  /** The request waits in the client, for a connection or for room. */
  markQueued(): void;
  /** The server may have the request from now on, and its time starts. Not needed unless it was queued. */
  markSent(): void;
  /** Settles it with the server's reply. */
  resolve(reply: Reply): void;
  /** Settles it with the server's refusal (`KvError`), or with the reason for no reply (`ExchangeError`). */
  reject(error: Error): void;
  /** Sets the callback that runs if the attempt ends before the exchange has settled it. Called once. */
  onCancel(callback: () => void): void;
}

/** Sends one request to one server. It does not retry and has no time limit. */
export interface Exchange {
  /** Sends the request to `endpoint` and settles the attempt. Never throws. */
  send(endpoint: string, attempt: Attempt): void;
  /** Returns the best of these servers for the request at this moment, if the exchange knows one. */
  bestFor?(request: Request, endpoints: readonly string[]): string | undefined;
  /** An attempt at this server has failed. */
  avoid?(endpoint: string): void;
  /**
   * Whether the server is busy with other requests, so that a queued attempt only waits for room. Another
   * server would then be no faster, so the attempt does not time out.
   */
  isServing?(endpoint: string): boolean;
  /** Reports connections and leaders to `listener` from now on. Called once, before the first request. */
  observe?(listener: ExchangeListener): void;
  /** Closes connections. Called once, when no reply is awaited any more. */
  close(): Promise<void>;
}

/** Learns what an exchange sees of its servers. */
export interface ExchangeListener {
  /** Requests can be sent to this server without waiting. */
  onOpen(endpoint: string): void;
  /** They cannot any more. */
  onClose(endpoint: string, why: string): void;
  /** Another server leads, or none is known to. `endpoint`: absent if no connection leads to it. */
  onLeader(leader: number | undefined, endpoint: string | undefined): void;
}

/** No reply came. The server may have received the request nevertheless. */
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
  /**
   * Calls back once, when `now()` has reached `time` or soon after. Returns a function that prevents it. `isIdle`: the
   * wait does not keep the process alive. Default false.
   */
  at(time: number, callback: () => void, isIdle?: boolean): () => void;
}

/** Randomness. It spreads clients over servers and retries over time; no guarantee depends on it. */
export interface Random {
  /** Returns a number from 0 to below 1. */
  next(): number;
}

/** The network, clock and random numbers that a client uses. */
export interface Environment {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
}
