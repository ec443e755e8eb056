/**
 * How long a call may go on: until its deadline or until somebody calls it off, whichever is first.
 * Time comes from the given clock only.
 */
import type { Clock } from '../environment.ts';
import { onAbort } from './abort.ts';

export interface PatienceLimits {
  /** `Infinity`: no deadline. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What a call is doing at the moment. */
export interface Interruptible {
  /** To end at once. */
  callOff(): void;
}

export class Patience {
  readonly timeoutMs: number;
  /** When it ends by itself, by the clock. */
  readonly due: number;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  #isCalledOff = false;
  #busyWith: Interruptible | undefined;
  #stopListening: (() => void) | undefined;

  /** Must be disposed of, or its listener stays. */
  constructor(clock: Clock, { timeoutMs, signal }: PatienceLimits) {
    this.timeoutMs = timeoutMs;
    this.due = clock.now() + timeoutMs;
    this.#clock = clock;
    this.#signal = signal;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#isCalledOff = true;
      } else {
        this.#stopListening = onAbort(signal, () => this.abort());
      }
    }
  }

  /** Why patience has ended; `undefined` while it lasts. */
  get end(): 'deadline' | 'aborted' | undefined {
    if (this.#isCalledOff) {
      return 'aborted';
    }
    return this.#clock.now() >= this.due ? 'deadline' : undefined;
  }

  /** What the one who called it off gave as reason. */
  get reason(): unknown {
    return this.#signal?.reason;
  }

  /** Ends it now, as the signal does. */
  abort(): void {
    if (this.end === undefined) {
      this.#isCalledOff = true;
      this.#busyWith?.callOff();
    }
  }

  /** From now on this is what the call is doing: it is called off together with the call. */
  spendOn(work: Interruptible): void {
    this.#busyWith = work;
    if (this.#isCalledOff) {
      work.callOff();
    }
  }

  /** Waits `delayMs`, or less if patience ends. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const time = Math.min(this.#clock.now() + delayMs, this.due);
      const stopTimer = this.#clock.at(time, resolve);
      this.spendOn({
        callOff() {
          stopTimer();
          resolve();
        },
      });
    });
  }

  /** Ends nothing; lets go of the signal. */
  dispose(): void {
    this.#busyWith = undefined;
    this.#stopListening?.();
  }
}
