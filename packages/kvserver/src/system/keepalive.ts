/**
 * Keepalive: detects connections whose other end has disappeared without closing them. It sends pings, and
 * reports a connection on which nothing is received. TCP alone would notice only after minutes, or never.
 */

/** A connection that can be pinged. It reports what it receives; `received` stands for a part of a message. */
export interface Pinged {
  on(event: 'ping' | 'pong' | 'message' | 'received', listener: () => void): unknown;
  ping(): void;
}

export interface KeepaliveLimits {
  readonly pingIntervalMs: number;
  readonly silenceMsMax: number;
}

/** Nobody takes round trips of connections to clients. */
const untakenCountMax = 16;

export class Keepalive {
  readonly #timer: NodeJS.Timeout;
  #lastReceivedMs = performance.now();
  /** When the ping was sent that has no answer yet. */
  #pingedMs: number | undefined;
  #roundTripMs: number | undefined;
  readonly #untaken: number[] = [];

  /** Starts on an open connection. `onSilent` is called at most once, after the keepalive has stopped. */
  constructor(socket: Pinged, limits: KeepaliveLimits, onSilent: () => void) {
    const onReceived = () => {
      this.#lastReceivedMs = performance.now();
    };
    for (const event of ['ping', 'pong', 'message', 'received'] as const)
      socket.on(event, onReceived);
    socket.on('pong', () => {
      if (this.#pingedMs !== undefined) this.#onRoundTrip(performance.now() - this.#pingedMs);
      this.#pingedMs = undefined;
    });
    let lastTickMs = performance.now();
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      // If this process was blocked, input may wait to be read, so the connection is not silent.
      if (nowMs - lastTickMs > 2 * limits.pingIntervalMs) this.#lastReceivedMs = nowMs;
      lastTickMs = nowMs;
      if (nowMs - this.#lastReceivedMs <= limits.silenceMsMax) {
        // An unanswered ping keeps its time, so that a late answer counts in full.
        this.#pingedMs ??= nowMs;
        socket.ping();
        return;
      }
      this.stop();
      onSilent();
    }, limits.pingIntervalMs);
  }

  /** From the last answered ping to its answer, with the time in queues; `undefined` before the first answer. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** All round trips since the last call, at most the first few of them. */
  takeRoundTrips(): readonly number[] {
    return this.#untaken.splice(0);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #onRoundTrip(ms: number): void {
    this.#roundTripMs = ms;
    if (this.#untaken.length < untakenCountMax) this.#untaken.push(ms);
  }
}
