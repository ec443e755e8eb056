/**
 * Leap budget: how far a number may be moved by what others claim. Honest numbers rise slowly, but a peer that was
 * away sees the sum of what it missed at once. So a number may leap by `capacity` at once, and by `perSecond` more for
 * each second that has passed. Whatever is claimed, the number then does not reach its end in the lifetime of a
 * cluster. What was not used stays, so an honest number is believed sooner or later, however far it is.
 */
export interface Leaps {
  readonly capacity: number;
  readonly perSecond: number;
}

export class LeapBudget {
  readonly #leaps: Leaps;
  #left: number;
  #filledAt: number | undefined;

  constructor(leaps: Leaps) {
    this.#leaps = leaps;
    this.#left = leaps.capacity;
  }

  /** Whether a leap by `distance` is possible at `now`, in milliseconds. */
  allows(distance: number, now: number): boolean {
    this.#fill(now);
    return distance <= this.#left;
  }

  /** Takes a leap that has just been allowed. */
  take(distance: number): void {
    this.#left -= Math.max(0, distance);
  }

  snapshot() {
    return { left: this.#left, filledAt: this.#filledAt };
  }

  resume({ left, filledAt }: ReturnType<LeapBudget['snapshot']>): void {
    this.#left = left;
    this.#filledAt = filledAt;
  }

  #fill(now: number): void {
    const passedMs = now - (this.#filledAt ?? now);
    this.#filledAt = now;
    this.#left += (this.#leaps.perSecond * passedMs) / 1000;
  }
}
