/**
 * What must be over by some time, under one timer for all: a call that ends in time, as nearly all do,
 * costs no timer of its own.
 */
import type { Clock } from '../environment.ts';

export interface Timed {
  /** By the clock; `Infinity`: never. */
  readonly due: number;
  /** Where it lies among the deadlines: theirs to set. */
  deadlinePlace: number;
  /** The time has come. It is kept no longer. */
  overdue(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  /** In no order. Not a `Set`, which would keep what has passed through it alive: see `ring.ts`. */
  readonly #all: Timed[] = [];
  /** When the timer rings; it may be earlier than anything is due, never later. */
  #ringsAt = Number.POSITIVE_INFINITY;
  #stopTimer = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(timed: Timed): void {
    timed.deadlinePlace = this.#all.length;
    this.#all.push(timed);
    if (timed.due < this.#ringsAt) {
      this.#setTimer(timed.due);
    }
  }

  /** It is over in time. */
  delete(timed: Timed): void {
    if (this.#take(timed) && this.#all.length === 0) {
      this.#stopTimer();
      this.#ringsAt = Number.POSITIVE_INFINITY;
    }
  }

  /** Whether it was there. The last one comes to lie in its place. */
  #take(timed: Timed): boolean {
    const place = timed.deadlinePlace;
    if (this.#all[place] !== timed) {
      return false;
    }
    const last = this.#all.pop();
    if (last !== undefined && last !== timed) {
      this.#all[place] = last;
      last.deadlinePlace = place;
    }
    return true;
  }

  #setTimer(time: number): void {
    this.#stopTimer();
    this.#ringsAt = time;
    this.#stopTimer = this.#clock.at(time, () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#clock.now();
    const overdue = this.#all.filter(({ due }) => due <= now);
    for (const timed of overdue) {
      this.#take(timed);
    }
    const next = this.#all.reduce(
      (least, { due }) => Math.min(least, due),
      Number.POSITIVE_INFINITY,
    );
    this.#ringsAt = Number.POSITIVE_INFINITY;
    if (next < Number.POSITIVE_INFINITY) {
      this.#setTimer(next);
    }
    for (const timed of overdue) {
      timed.overdue();
    }
  }
}
