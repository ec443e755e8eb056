/**
 * Tells a server that has nothing to say from one that says nothing any more. It counts beats of its
 * own, not time: were this program itself held up for a while, no server is to blame.
 */
import type { Clock } from '../environment.ts';

const beatMs = 100;
/** After so many beats without a word the server is asked for a sign of life. */
const beatsBeforeQuestion = 2;
/** After so many it counts as silent. */
const beatsMax = 5;

export interface Listening {
  /** Whether anything is still awaited of the server. */
  isWaiting(): boolean;
  /** Bytes that have not left yet. While they get fewer, the other side is there. */
  bufferedBytes(): number;
  askForSign(): void;
  onSilent(): void;
  /** Nothing is awaited any more, and nothing watched. */
  onIdle(): void;
}

export class Silence {
  readonly #clock: Clock;
  readonly #listening: Listening;
  #quietBeats = 0;
  #bufferedBytes = 0;
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, listening: Listening) {
    this.#clock = clock;
    this.#listening = listening;
  }

  /** Something is awaited from now on. */
  watch(): void {
    if (this.#stopTimer === undefined) {
      this.#quietBeats = 0;
      this.#next();
    }
  }

  /** The server has said something. */
  heard(): void {
    this.#quietBeats = 0;
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #next(): void {
    this.#stopTimer = this.#clock.at(this.#clock.now() + beatMs, () => this.#beat());
  }

  #beat(): void {
    this.#stopTimer = undefined;
    if (!this.#listening.isWaiting()) {
      this.#listening.onIdle();
      return;
    }
    this.#quietBeats += 1;
    this.#noteProgress();
    if (this.#quietBeats >= beatsMax) {
      this.#listening.onSilent();
      return;
    }
    if (this.#quietBeats === beatsBeforeQuestion) {
      this.#listening.askForSign();
    }
    this.#next();
  }

  #noteProgress(): void {
    const bytes = this.#listening.bufferedBytes();
    if (bytes < this.#bufferedBytes) {
      this.#quietBeats = 0;
    }
    this.#bufferedBytes = bytes;
  }
}
