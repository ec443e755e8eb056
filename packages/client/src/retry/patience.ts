/**
 * How long a call may go on: until its deadline or until somebody calls it off, whichever is first.
 * Both become one signal. Time comes from the given clock only.
 */
import type { Clock } from '../environment.ts';
import { onAbort } from './abort.ts';

/** What `within` gives in place of a result when patience ends first. */
export const patienceEnded = Symbol('patience ended');

export interface PatienceLimits {
  /** `Infinity`: no deadline. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export class Patience {
  readonly timeoutMs: number;
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  #end: 'deadline' | 'aborted' | undefined;
  #stopTimer = () => {};
  #stopListening = () => {};

  /** Must be disposed of, or its timer and its listener stay. */
  constructor(clock: Clock, { timeoutMs, signal }: PatienceLimits) {
    this.timeoutMs = timeoutMs;
    this.#clock = clock;
    this.#outer = signal;
    if (signal?.aborted) {
      this.abort();
      return;
    }
    if (signal !== undefined) {
      this.#stopListening = onAbort(signal, this.abort);
    }
    if (timeoutMs !== Number.POSITIVE_INFINITY) {
      this.#stopTimer = clock.at(clock.now() + timeoutMs, () => this.#finish('deadline'));
    }
  }

  /** Fires when patience ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why patience has ended; `undefined` while it lasts. */
  get end(): 'deadline' | 'aborted' | undefined {
    return this.#end;
  }

  /** What the one who called it off gave as reason. */
  get reason(): unknown {
    return this.#outer?.reason;
  }

  /** Ends it now, as the outer signal does. */
  readonly abort = (): void => this.#finish('aborted');

  /** The result of `work`, or `patienceEnded`; `work` then goes on unheard. */
  within<T>(work: Promise<T>): Promise<T | typeof patienceEnded> {
    return new Promise((resolve, reject) => {
      const end = () => resolve(patienceEnded);
      if (this.signal.aborted) {
        end();
      }
      const stopListening = onAbort(this.signal, end);
      void work.then(resolve, reject).then(stopListening);
    });
  }

  /** Waits `delayMs`, or less if patience ends. */
  async pause(delayMs: number): Promise<void> {
    let stopTimer = () => {};
    const delay = new Promise<void>((resolve) => {
      stopTimer = this.#clock.at(this.#clock.now() + delayMs, resolve);
    });
    await this.within(delay);
    stopTimer();
  }

  /** Ends nothing; lets go of the timer and the outer signal. */
  dispose(): void {
    this.#stopTimer();
    this.#stopListening();
  }

  #finish(end: 'deadline' | 'aborted'): void {
    if (this.#end === undefined) {
      this.#end = end;
      this.dispose();
      this.#controller.abort();
    }
  }
}
