/**
 * What must be over by some time, under one timer for all: a call that ends in time, as nearly all do,
 * costs no timer of its own.
 */
import type { Clock } from '../environment.ts';
import { Ring } from '../ring.ts';

export interface Timed {
  /** By the clock; `Infinity`: never. */
  readonly due: number;
  /** The time has come. It is kept no longer. */
  overdue(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #all = new Ring<Timed>();
  /** When the timer rings; it may be earlier than anything is due, never later. */
  #ringsAt = Number.POSITIVE_INFINITY;
  #stopTimer = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives the place by which to delete it. */
  add(timed: Timed): number {
    if (timed.due < this.#ringsAt) {
      this.#setTimer(timed.due);
    }
    return this.#all.add(timed);
  }

  /** It is over in time. */
  delete(place: number): void {
    if (this.#all.delete(place) && this.#all.size === 0) {
      this.#stopTimer();
      this.#ringsAt = Number.POSITIVE_INFINITY;
    }
  }

  #setTimer(time: number): void {
    this.#stopTimer();
    this.#ringsAt = time;
    this.#stopTimer = this.#clock.at(time, () => this.#sweep());
  }

  #sweep(): void {
    const now = this.#clock.now();
    const overdue: Timed[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [place, timed] of this.#all) {
      if (timed.due <= now) {
        overdue.push(timed);
        this.#all.delete(place);
      } else {
        next = Math.min(next, timed.due);
      }
    }
    this.#ringsAt = Number.POSITIVE_INFINITY;
    if (next < Number.POSITIVE_INFINITY) {
      this.#setTimer(next);
    }
    for (const timed of overdue) {
      timed.overdue();
    }
  }
}
