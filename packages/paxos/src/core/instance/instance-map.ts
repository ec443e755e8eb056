/** What a role remembers of each instance, above a lower bound that only rises. */
export class InstanceMap<T> {
  readonly #records = new Map<number, T>();
  #min = 0;

  get(seq: number): T | undefined {
    return this.#records.get(seq);
  }

  has(seq: number): boolean {
    return this.#records.has(seq);
  }

  set(seq: number, record: T): void {
    this.#records.set(seq, record);
  }

  delete(seq: number): void {
    this.#records.delete(seq);
  }

  entries(): Iterable<[number, T]> {
    return this.#records.entries();
  }

  values(): Iterable<T> {
    return this.#records.values();
  }

  get size(): number {
    return this.#records.size;
  }

  /** Frees every record below `min`. */
  forgetBelow(min: number): void {
    // The bound may rise by one or, after a restart, by billions: walk whichever way is shorter.
    if (min - this.#min > this.#records.size) {
      for (const seq of this.#records.keys()) if (seq < min) this.#records.delete(seq);
    } else {
      for (let seq = this.#min; seq < min; seq += 1) this.#records.delete(seq);
    }
    this.#min = Math.max(this.#min, min);
  }
}
