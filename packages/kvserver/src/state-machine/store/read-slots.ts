/**
 * Limits how many reads of the database run at once. A value is in memory from its read to its reply, so thousands
 * of gets of large values that may be answered at the same moment must not all be read at that moment. What was read
 * meanwhile is also handled in one turn of the event loop, so fewer run at once while values are large.
 */

/** Well above the threads that LevelDB reads with, so that the limit costs no throughput. */
const countMaxDefault = 16;
/** About how many bytes are read at once. */
const bytesAtOnceMax = 2 * 1024 * 1024;
/** Also of the largest values, so that one is read while another is handled. */
const countMin = 2;
/** What a read leaves of the size that was expected before it, if its value is smaller. */
const decay = 0.9;

export class ReadSlots {
  readonly #countMax: number;
  #count = 0;
  /** About how large the next values are. */
  #expectedBytes = 0;
  /** Starts the reads that wait, the oldest first. */
  readonly #waiting: (() => void)[] = [];

  constructor(countMax = countMaxDefault) {
    this.#countMax = countMax;
  }

  /** Calls `read` as soon as fewer than the limit run, and settles as it does. `bytesOf`: the size of what was read. */
  async run<T>(read: () => Promise<T>, bytesOf: (found: T) => number = none): Promise<T> {
    if (this.#isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#count += 1;
    try {
      const found = await read();
      this.#expectedBytes = Math.max(bytesOf(found), this.#expectedBytes * decay);
      return found;
    } finally {
      this.#count -= 1;
      this.#startWaiting();
    }
  }

  get #isFull(): boolean {
    const fitting = Math.floor(bytesAtOnceMax / Math.max(1, this.#expectedBytes));
    return this.#count >= Math.min(this.#countMax, Math.max(countMin, fitting));
  }

  #startWaiting(): void {
    while (this.#waiting.length > 0 && !this.#isFull) {
      this.#count += 1;
      this.#waiting.shift()?.();
    }
  }
}

function none(): number {
  return 0;
}
