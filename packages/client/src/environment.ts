/**
 * What the client needs of the world: a way to ask a server, a clock and chance. It touches nothing
 * else, so the same retries run in a program, in a simulation and over any other connection.
 */
import type { Reply, Request } from './request.ts';

/** One request on its way to one server. Whatever comes after it is over changes nothing. */
export interface Attempt {
  readonly request: Request;
  /** Whether nobody awaits the answer, or any more. What is over need not be sent. */
  readonly isOver: boolean;
  /** The server has nothing of it yet: it waits for a connection, or for room. */
  holdBack(): void;
  /** From now on the server may have it, and its time runs. An attempt that was never held back has left. */
  leave(): void;
  /** The server's reply. */
  answer(reply: Reply): void;
  /** The server's refusal (`KvError`), or why none came (`ExchangeError`). */
  fail(error: Error): void;
  /** Sets the one callback for when the attempt ends before the exchange has settled it. */
  onCalledOff(callback: () => void): void;
}

/** Asks one server once. It neither retries nor waits on its own account. */
export interface Exchange {
  /** Sends the request to `endpoint`, and settles the attempt by `answer` or `fail`. Never throws. */
  send(endpoint: string, attempt: Attempt): void;
  /** Which of these servers serves such a request best at this moment, if the exchange knows of any. */
  bestFor?(request: Request, endpoints: readonly string[]): string | undefined;
  /** Told when an attempt there has failed. */
  avoid?(endpoint: string): void;
  /**
   * Whether what is held back for this server only waits for room: the server is there and serves others.
   * Then no other server would do better, and time does not run out.
   */
  isServing?(endpoint: string): boolean;
  /** Lets go of connections. Called once, when no answer is awaited any more. */
  close(): Promise<void>;
}

/** No answer came. What matters is whether the server may have got the request all the same. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  /** `no` only where it is certain, such as a refused connection. */
  readonly sent: 'no' | 'maybe';

  constructor(sent: 'no' | 'maybe', message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.sent = sent;
  }
}

/** Time that never goes back. It need not agree with any other clock. */
export interface Clock {
  /** Milliseconds since any fixed moment. */
  now(): number;
  /** Calls back once, when `now()` has reached `time` or soon after. Gives back a way to call it off. */
  at(time: number, callback: () => void): () => void;
}

/** Chance. It spreads clients over servers and retries over time; no promise rests on it. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number;
}

/** The network, clock and random numbers that a client uses. */
export interface Environment {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
}
