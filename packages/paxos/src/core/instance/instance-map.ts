export interface InstanceMapSnapshot<R> {
  readonly min: number;
  /** In the order in which they were added. */
  readonly records: readonly (readonly [seq: number, record: R])[];
}

/** What a role remembers of each instance. It frees from below, at a cost that does not grow with what is kept. */
export class InstanceMap<T> {
  readonly #records = new Map<number, T>();
  /** No record is below it. */
  #min = 0;

  get(seq: number): T | undefined {
    return this.#records.get(seq);
  }

  has(seq: number): boolean {
    return this.#records.has(seq);
  }

  set(seq: number, record: T): void {
    this.#records.set(seq, record);
    this.#min = Math.min(this.#min, seq);
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

  /** The records from `from` to below `to`, in order of seq. */
  within(from: number, to: number): [number, T][] {
    // A range may span one or, after a restart, billions: walk whichever way is shorter.
    if (to - from > this.#records.size) {
      return [...this.#records]
        .filter(([seq]) => seq >= from && seq < to)
        .sort(([a], [b]) => a - b);
    }
    const found: [number, T][] = [];
    for (let seq = from; seq < to; seq += 1) {
      const record = this.#records.get(seq);
      if (record !== undefined) found.push([seq, record]);
    }
    return found;
  }

  /** Frees every record below `min`, and returns them in order of seq. */
  forgetBelow(min: number): [number, T][] {
    const forgotten = this.within(this.#min, min);
    for (const [seq] of forgotten) this.#records.delete(seq);
    this.#min = Math.max(this.#min, min);
    return forgotten;
  }

  snapshot<R>(encode: (record: T) => R): InstanceMapSnapshot<R> {
    const records = [...this.#records].map(([seq, record]) => [seq, encode(record)] as const);
    return { min: this.#min, records };
  }

  resume<R>({ min, records }: InstanceMapSnapshot<R>, decode: (record: R) => T): void {
    this.#min = min;
    this.#records.clear();
    for (const [seq, record] of records) this.#records.set(seq, decode(record));
  }
}
