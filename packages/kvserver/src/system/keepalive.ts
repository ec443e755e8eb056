/**
 * Tells a live connection from one whose other end has gone without a word: pings, and gives up on
 * silence. TCP alone notices after minutes, or never.
 */
import type { WebSocket } from 'ws';

export interface KeepaliveLimits {
  readonly pingIntervalMs: number;
  readonly silenceMsMax: number;
}

export class Keepalive {
  readonly #timer: NodeJS.Timeout;
  #lastSignMs = performance.now();

  /** Begins at once, on an open connection. `onSilent` is called once, and then it has stopped. */
  constructor(socket: WebSocket, limits: KeepaliveLimits, onSilent: () => void) {
    const onSign = () => {
      this.#lastSignMs = performance.now();
    };
    for (const sign of ['ping', 'pong', 'message']) socket.on(sign, onSign);
    let sawTickMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      // If we were held up ourselves, signs of life may lie unread: the silence is not theirs.
      if (nowMs - sawTickMs > 2 * limits.pingIntervalMs) this.#lastSignMs = nowMs;
      sawTickMs = nowMs;
      if (nowMs - this.#lastSignMs <= limits.silenceMsMax) {
        socket.ping();
        return;
      }
      this.stop();
      onSilent();
    }, limits.pingIntervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
