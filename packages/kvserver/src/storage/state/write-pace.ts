/** Lets other work run now and then while the rows of a write are encoded. */
import type { Pause } from '../../state-machine/state-store.ts';

/** Rows encoded between two pauses, and bytes of values in them: about a millisecond. */
const rowsAtOnce = 128;
const valueBytesAtOnce = 256 * 1024;

export class WritePace {
  readonly #pause: Pause | undefined;
  #rows = 0;
  #bytes = 0;

  /** `pause`: absent for a write without pauses. */
  constructor(pause: Pause | undefined) {
    this.#pause = pause;
  }

  /** A row with so many bytes of value was encoded. Returns a promise if it is time for a pause: wait for it. */
  onRow(valueBytes: number): Promise<void> | undefined {
    this.#rows += 1;
    this.#bytes += valueBytes;
    if (this.#rows < rowsAtOnce && this.#bytes < valueBytesAtOnce) return undefined;
    this.#rows = 0;
    this.#bytes = 0;
    return this.#pause?.();
  }
}
