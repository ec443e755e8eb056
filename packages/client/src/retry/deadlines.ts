/**
 * Time limits. A call ends at its deadline or when its signal fires. Attempts and queued writes share one
 * timer, so a call that ends in time, as nearly all do, needs no timer for itself.
 */
import type { Clock } from '../environment.ts';

export interface CallLimits {
  /** Milliseconds from now; `undefined`: no deadline. */
  readonly timeoutMs: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Cancellable {
  cancel(): void;
}

/** The time one call may take, its retries included. */
export class CallDeadline {
  readonly timeoutMs: number | undefined;
  /** Clock time of the deadline; `undefined`: never. */
  readonly due: number | undefined;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  /** Requests that were sent so far, and the server that was asked last. */
  attempts = 0;
  endpoint: string | undefined;
  #isAborted = false;
  #work: Cancellable | undefined;
  #stopListening: (() => void) | undefined;

  /** Listens to `signal` until `dispose` is called. */
  constructor(clock: Clock, { timeoutMs, signal }: CallLimits) {
    this.timeoutMs = timeoutMs;
    this.due = timeoutMs === undefined ? undefined : clock.now() + timeoutMs;
    this.#clock = clock;
    this.#signal = signal;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#isAborted = true;
      } else {
        this.#stopListening = onAbort(signal, () => this.abort());
      }
    }
  }

  /** Why the call must end; `undefined` while it may go on. */
  get end(): 'deadline' | 'aborted' | undefined {
    if (this.#isAborted) {
      return 'aborted';
    }
    return this.due !== undefined && this.#clock.now() >= this.due ? 'deadline' : undefined;
  }

  /** The reason given to the signal. */
  get reason(): unknown {
    return this.#signal?.reason;
  }

  /** Ends the call now, as its signal does. */
  abort(): void {
    if (this.end === undefined) {
      this.#isAborted = true;
      this.#work?.cancel();
    }
  }

  /** Cancels `work` when the call is aborted. It replaces the work that was attached before. */
  attach(work: Cancellable): void {
    this.#work = work;
    if (this.#isAborted) {
      work.cancel();
    }
  }

  /** Waits `delayMs`, or less if the call ends first. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wakeAt = this.#clock.now() + delayMs;
      const stopTimer = this.#clock.at(earlier(wakeAt, this.due), resolve);
      this.attach({
        cancel() {
          stopTimer();
          resolve();
        },
      });
    });
  }

  /** Stops listening to the signal. */
  dispose(): void {
    this.#work = undefined;
    this.#stopListening?.();
  }
}

/** Something that must end by a time. */
export interface Timed {
  /** Clock time; `undefined`: never. It may move to a later time while it is set. */
  readonly due: number | undefined;
  /** Position in the timer's list, −1 at first. Only the timer sets it. */
  timerIndex: number;
  /** The time has come. The timer has dropped the item. */
  onDue(): void;
}

/** One timer for many deadlines. */
export class DeadlineTimer {
  readonly #clock: Clock;
  /** In no order. It is an array because a `Set` would keep removed items alive: see `ring.ts`. */
  readonly #items: Timed[] = [];
  /** The time of the timer: never later than the first deadline. `undefined` if no timer is set. */
  #firesAt: number | undefined;
  #stopTimer = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(item: Timed): void {
    if (item.due === undefined) {
      return;
    }
    item.timerIndex = this.#items.length;
    this.#items.push(item);
    if (this.#firesAt === undefined || item.due < this.#firesAt) {
      this.#setTimer(item.due);
    }
  }

  delete(item: Timed): void {
    if (this.#take(item) && this.#items.length === 0) {
      this.#stopTimer();
      this.#firesAt = undefined;
    }
  }

  /** Removes the item, and moves the last one into the gap. Returns whether the item was present. */
  #take(item: Timed): boolean {
    const index = item.timerIndex;
    if (index < 0 || this.#items[index] !== item) {
      return false;
    }
    const last = this.#items.pop();
    if (last !== undefined && last !== item) {
      this.#items[index] = last;
      last.timerIndex = index;
    }
    return true;
  }

  #setTimer(time: number): void {
    this.#stopTimer();
    this.#firesAt = time;
    this.#stopTimer = this.#clock.at(time, () => this.#fire());
  }

  #fire(): void {
    const now = this.#clock.now();
    const due = this.#items.filter((item) => item.due !== undefined && item.due <= now);
    for (const item of due) {
      this.#take(item);
    }
    let next: number | undefined;
    for (const item of this.#items) {
      next = earlier(next, item.due);
    }
    this.#firesAt = undefined;
    if (next !== undefined) {
      this.#setTimer(next);
    }
    for (const item of due) {
      item.onDue();
    }
  }
}

/** The earlier of two clock times; `undefined` means never. */
export function earlier(a: number, b: number | undefined): number;
export function earlier(a: number | undefined, b: number | undefined): number | undefined;
export function earlier(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  return Math.min(a, b);
}

const callbacksOf = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls back once `signal` fires, and returns a function that prevents it. Each signal gets one listener,
 * because Node warns of a leak when a signal has more than ten.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = callbacksOf.get(signal) ?? listenTo(signal);
  callbacks.add(callback);
  return () => callbacks.delete(callback);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>();
  callbacksOf.set(signal, callbacks);
  const callAll = () => {
    for (const callback of callbacks) {
      callback();
    }
  };
  signal.addEventListener('abort', callAll, { once: true });
  return callbacks;
}
