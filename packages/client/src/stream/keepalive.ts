/**
 * Detects servers that hang, as opposed to servers that have nothing to send. It counts timer ticks instead
 * of time, so that a pause of this program does not count as silence of the server.
 */
import type { Clock } from '../environment.ts';

const tickMs = 100;
/** Ticks without a frame after which the server is pinged. */
const ticksBeforePing = 2;
/** Ticks without a frame after which the server counts as hanging. */
const ticksMax = 5;

/** The connection that is watched. */
export interface KeepaliveTarget {
  /** Whether a reply is awaited. */
  isAwaiting(): boolean;
  /** Bytes that have not left yet. The other side is alive while they decrease. */
  bufferedBytes(): number;
  ping(): void;
  /** The server has sent nothing for half a second. Watching has stopped. */
  onSilent(): void;
  /** No reply is awaited. Watching has stopped. */
  onIdle(): void;
}

export class Keepalive {
  readonly #clock: Clock;
  readonly #target: KeepaliveTarget;
  #silentTicks = 0;
  #bufferedBytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, target: KeepaliveTarget) {
    this.#clock = clock;
    this.#target = target;
  }

  /** Watches the server until no reply is awaited. */
  start(): void {
    if (this.#stopTimer === undefined) {
      this.#silentTicks = 0;
      this.#schedule();
    }
  }

  /** A frame has arrived. */
  onFrame(): void {
    this.#silentTicks = 0;
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #schedule(): void {
    this.#stopTimer = this.#clock.at(this.#clock.now() + tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#stopTimer = undefined;
    if (!this.#target.isAwaiting()) {
      this.#target.onIdle();
      return;
    }
    this.#silentTicks += 1;
    this.#noteProgress();
    if (this.#silentTicks >= ticksMax) {
      this.#target.onSilent();
      return;
    }
    if (this.#silentTicks === ticksBeforePing) {
      this.#target.ping();
    }
    this.#schedule();
  }

  #noteProgress(): void {
    const bytes = this.#target.bufferedBytes();
    if (bytes < this.#bufferedBytes) {
      this.#silentTicks = 0;
    }
    this.#bufferedBytes = bytes;
  }
}
