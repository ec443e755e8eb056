/**
 * A queue whose items can be removed in any order. Use it if many items pass through, since a `Map` or `Set`
 * links each table that it has outgrown to the next one. Once V8 has moved such a table to the old
 * generation, all items of later tables stay alive until a full garbage collection.
 */

const cellCountMin = 16;

export class Ring<T> implements Iterable<readonly [position: number, item: T]> {
  /** Its length is a power of two, so the low bits of a position are the index of its cell. */
  #cells: (T | undefined)[] = new Array<undefined>(cellCountMin).fill(undefined);
  #first = 0;
  #next = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The lowest position in use; the position of the next item if there is none. */
  get first(): number {
    return this.#first;
  }

  /** The position of the item that is added next. */
  get end(): number {
    return this.#next;
  }

  /** Adds an item. Returns its position: one above that of the item added before. */
  add(item: T): number {
    if (this.#next - this.#first === this.#cells.length) {
      this.#grow();
    }
    const position = this.#next;
    this.#next += 1;
    this.#size += 1;
    this.#cells[this.#cell(position)] = item;
    return position;
  }

  get(position: number): T | undefined {
    return position >= this.#first && position < this.#next
      ? this.#cells[this.#cell(position)]
      : undefined;
  }

  /** Removes the item at `position`. Returns whether there was one. */
  delete(position: number): boolean {
    if (this.get(position) === undefined) {
      return false;
    }
    this.#cells[this.#cell(position)] = undefined;
    this.#size -= 1;
    while (this.#first < this.#next && this.#cells[this.#cell(this.#first)] === undefined) {
      this.#first += 1;
    }
    return true;
  }

  /** Iterates in order of position. Items deleted during the iteration are left out. */
  *[Symbol.iterator](): Generator<readonly [position: number, item: T]> {
    for (let position = this.#first; position < this.#next; position += 1) {
      const item = this.get(position);
      if (item !== undefined) {
        yield [position, item];
      }
    }
  }

  #cell(position: number): number {
    return position & (this.#cells.length - 1);
  }

  #grow(): void {
    const cells = new Array<T | undefined>(2 * this.#cells.length).fill(undefined);
    for (let position = this.#first; position < this.#next; position += 1) {
      cells[position & (cells.length - 1)] = this.#cells[this.#cell(position)];
    }
    this.#cells = cells;
  }
}
