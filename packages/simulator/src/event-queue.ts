/**
 * The events of a world, earliest first, in a binary heap. Events at the same time keep the order in
 * which they were added, so a run never depends on the layout of the heap.
 */

/** An event that is due at some time. */
export interface Event {
  readonly timeMs: number;
  readonly callback: () => void;
}

interface Entry extends Event {
  /** Breaks ties: how many events were added before this one. */
  readonly order: number;
  /** The index of the entry in the heap, or −1 once it is removed. */
  index: number;
}

export class EventQueue {
  readonly #heap: Entry[] = [];
  #addedCount = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** Returns a function that removes the event; calling it late or twice does nothing. */
  add(event: Event): () => void {
    const { timeMs, callback } = event;
    const entry: Entry = { timeMs, callback, order: this.#addedCount, index: this.#heap.length };
    this.#addedCount += 1;
    this.#heap.push(entry);
    this.#rise(entry);
    return () => this.#remove(entry);
  }

  /** When the earliest event is due. */
  nextTimeMs(): number | undefined {
    return this.#heap[0]?.timeMs;
  }

  /** Removes the earliest event. */
  pop(): Event | undefined {
    const first = this.#heap[0];
    if (first !== undefined) this.#remove(first);
    return first;
  }

  #remove(entry: Entry): void {
    if (entry.index < 0) return;
    const place = entry.index;
    entry.index = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #rise(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (parent === undefined || isBefore(parent, entry)) return;
      this.#swap(parent, entry);
    }
  }

  #sink(entry: Entry): void {
    for (;;) {
      const child = this.#earlierChild(entry.index);
      if (child === undefined || isBefore(entry, child)) return;
      this.#swap(entry, child);
    }
  }

  #earlierChild(index: number): Entry | undefined {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    if (left === undefined || right === undefined) return left;
    return isBefore(left, right) ? left : right;
  }

  #swap(upper: Entry, lower: Entry): void {
    const index = upper.index;
    this.#put(upper, lower.index);
    this.#put(lower, index);
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.timeMs === b.timeMs ? a.order < b.order : a.timeMs < b.timeMs;
}
