/** The connections that a system gives the client, in Node and in a browser: HTTP requests and WebSockets. */

/** One HTTP request with a JSON body: POST, or GET without a body. */
export interface Message {
  readonly path: string;
  readonly body?: object;
  /** The cluster incarnation that the server must have, for the header of that name. */
  readonly incarnation?: string;
}

/** The response to one request. */
export interface Answer {
  /** The HTTP status, or its equivalent over another connection. */
  readonly status: number;
  /** The parsed JSON, or the text if it is no JSON. */
  readonly body: unknown;
  /** The cluster incarnation in the header of that name. */
  readonly incarnation?: string;
}

/** Sends HTTP requests, or simulates them. It does not retry and has no time limit. */
export interface HttpTransport {
  /**
   * Sends `message` to `endpoint` and resolves to the response, error responses included. The response is
   * no longer wanted once `signal` fires.
   *
   * @throws ExchangeError if no complete response came.
   */
  send(endpoint: string, message: Message, signal: AbortSignal): Promise<Answer>;
  /** Closes connections. Called once, when no response is awaited any more. */
  close(): Promise<void>;
}

/** What a WebSocket reports. It reports nothing after `onEnd` or `onRefused`. */
export interface SocketEvents {
  /** A complete binary frame has arrived. */
  onFrame(frame: Uint8Array): void;
  /** The connection ended or could not be made; `why` is for messages. */
  onEnd(why: string): void;
  /** The other side answered over HTTP that it accepts no WebSocket. */
  onRefused(why: string): void;
}

export interface Socket {
  /** Bytes that were given to `send` and have not left yet. */
  readonly bufferedBytes: number;
  /** Reports to `events` from now on. Call it once, in the tick in which the socket was dialled. */
  listen(events: SocketEvents): void;
  /** Sends a frame. Not to be called before the first frame has arrived. */
  send(frame: Uint8Array): void;
  /** An idle socket does not keep the program running. */
  setIdle(isIdle: boolean): void;
  /** Closes with a handshake. */
  close(): void;
  /** Drops the connection at once. */
  terminate(): void;
}

/** Starts to connect to a URL such as `ws://127.0.0.1:4401/v1/stream`. Never throws. */
export type Dial = (url: string) => Socket;

/** Calls back at the end of the current tick, when all its callbacks and promises have run. */
export type Defer = (callback: () => void) => void;
