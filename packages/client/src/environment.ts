/**
 * What the client needs of the world: a way to ask a server, a clock and chance. It touches nothing
 * else, so the same retries run in a program, in a simulation and over any other connection.
 */

/** One question to a server: `body` goes by POST; without a body it is a GET. */
export interface Message {
  readonly path: string;
  readonly body?: object;
}

/** What came back. `body` is the parsed JSON, or the bare text where it is no JSON. */
export interface Answer {
  /** The HTTP status, or what would be it over another connection. */
  readonly status: number;
  readonly body: unknown;
}

/** Asks one server once. It neither retries nor waits on its own account. */
export interface Exchange {
  /**
   * Sends `message` to `endpoint` and resolves with whatever the server answers, errors included.
   * When `signal` fires, the answer is no longer wanted.
   *
   * @throws ExchangeError if no whole answer came.
   */
  send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer>;
  /** Lets go of connections. Called once, when no answer is awaited any more. */
  close(): Promise<void>;
}

/** No answer came. What matters is whether the server may have got the message all the same. */
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

export interface Environment {
  readonly exchange: Exchange;
  readonly clock: Clock;
  readonly random: Random;
}
