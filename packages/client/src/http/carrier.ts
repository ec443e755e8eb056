/** What carries messages with JSON bodies: HTTP, or whatever stands in for it. */

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
export interface Carrier {
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
