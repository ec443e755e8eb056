/** A bounded set of keys, gone through in turns, so that the store stops growing once it is filled. */
export class KeySpace {
  readonly #keyCount: number;
  #given = 0;

  constructor(keyCount: number) {
    this.#keyCount = keyCount;
  }

  next(): string {
    const key = `key-${String(this.#given % this.#keyCount).padStart(8, '0')}`;
    this.#given += 1;
    return key;
  }

  /** Text of so many bytes, another one after each key. */
  value(bytes: number): string {
    return String(this.#given).padEnd(bytes, '.').slice(0, bytes);
  }
}
