/** What a stream needs of a WebSocket, be it Node's or a browser's. */

/** Told nothing any more after `onEnd`. */
export interface SocketEvents {
  /** A whole binary frame. */
  onFrame(frame: Uint8Array): void;
  /** The connection is gone, or was never made: `why` says so to people. */
  onEnd(why: string): void;
  /** Instead of `onEnd`: something answered over HTTP that it takes no WebSocket there. */
  onRefused(why: string): void;
}

export interface Socket {
  /** Bytes that were sent and have not left yet. */
  readonly bufferedBytes: number;
  /** Only once a frame has arrived. */
  send(frame: Uint8Array): void;
  /** Whether anything is awaited of it. One that is idle keeps no program alive. */
  setIdle(isIdle: boolean): void;
  /** Ends it politely; `onEnd` follows when the other side agrees. */
  close(): void;
  /** Ends it at once. */
  cut(): void;
}

/** Begins to connect to a URL such as `ws://127.0.0.1:4401/v1/stream`. Never throws. */
export type Dial = (url: string, events: SocketEvents) => Socket;
