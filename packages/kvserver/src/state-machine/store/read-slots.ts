/**
 * Limits how many reads of the database run at once. A value is in memory from its read to its reply, so thousands
 * of gets of large values that may be answered at the same moment must not all be read at that moment.
 */

/** Well above the threads that LevelDB reads with, so that the limit costs no throughput. */
const countMaxDefault = 16;

export class ReadSlots {
  readonly #countMax: number;
  #count = 0;
  /** Starts the reads that wait, the oldest first. */
  readonly #waiting: (() => void)[] = [];

  constructor(countMax = countMaxDefault) {
    this.#countMax = countMax;
  }

  /** Calls `read` as soon as fewer than the limit run, and settles as it does. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.#count >= this.#countMax) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#count += 1;
    }
    try {
      return await read();
    } finally {
      // The next read takes over the slot.
      const next = this.#waiting.shift();
      if (next === undefined) this.#count -= 1;
      else next();
    }
  }
}
