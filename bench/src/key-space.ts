/** A bounded set of keys, used in rotation, so that the store stops growing once it is full. */
import { Records } from 'paxkv/internal/bench/workload/records';

const keyBytes = 16;
const seed = 1;

export class KeySpace {
  readonly #keyCount: number;
  readonly #records: Records;
  #givenCount = 0;

  constructor({ keyCount, valueBytes }: { keyCount: number; valueBytes: number }) {
    this.#keyCount = keyCount;
    this.#records = new Records({ keyBytes, valueBytes }, seed);
  }

  next(): string {
    this.#givenCount += 1;
    return this.#records.key((this.#givenCount - 1) % this.#keyCount);
  }

  /** The next key of the rotation. */
  value(): Buffer {
    return this.#records.value();
  }
}
