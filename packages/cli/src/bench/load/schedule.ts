/** When the requests of an open loop are due: at even intervals, whatever becomes of them. */

/** A timer may fire so much later than asked; that is not the store's doing, and not counted. */
const timerGrainMs = 2;

export class Schedule {
  readonly #startMs: number;
  readonly #perSecond: number;
  #takenCount = 0;

  constructor(perSecond: number, startMs: number) {
    this.#perSecond = perSecond;
    this.#startMs = startMs;
  }

  /** When the next request is due, which is then taken. */
  take(): number {
    this.#takenCount += 1;
    return this.#dueMs(this.#takenCount - 1);
  }

  /** How many are due before `endMs` and were not taken. */
  leftUntil(endMs: number): number {
    const dueCount = Math.ceil(((endMs - this.#startMs) * this.#perSecond) / 1000);
    return Math.max(0, dueCount - this.#takenCount);
  }

  // From the start each time: a sum of intervals would drift.
  #dueMs(index: number): number {
    return this.#startMs + (index * 1000) / this.#perSecond;
  }
}

/** From when a request counts that was due at `dueMs` and sent at `sentMs`. */
export function countedFrom(dueMs: number, sentMs: number): number {
  return sentMs - dueMs <= timerGrainMs ? sentMs : dueMs;
}
