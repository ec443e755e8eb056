/**
 * How many gets may be in flight on one connection. Nobody knows the sizes of their values in advance, so those of the
 * last replies tell: a server answers no faster than its client reads, and what waits there for long fails.
 */

/** Most bytes of replies to gets that are expected at a time. */
const expectedBytesMax = 8 * 1024 * 1024;
/** Most gets in flight before the first reply. */
const firstCountMax = 64;
/** The share of the newest reply in the average. */
const newestShare = 1 / 8;

export class ReadPace {
  #inFlightCount = 0;
  /** The average size of a value; `undefined` before the first reply. */
  #averageBytes: number | undefined;

  get hasRoom(): boolean {
    if (this.#averageBytes === undefined) {
      return this.#inFlightCount < firstCountMax;
    }
    return this.#inFlightCount === 0 || this.#inFlightCount * this.#averageBytes < expectedBytesMax;
  }

  onSent(): void {
    this.#inFlightCount += 1;
  }

  /** A get in flight ended, in any way. */
  onEnded(): void {
    this.#inFlightCount -= 1;
  }

  /** The value in the reply to a get has so many bytes. */
  onValue(bytes: number): void {
    const average = this.#averageBytes ?? bytes;
    this.#averageBytes = average + (bytes - average) * newestShare;
  }
}
