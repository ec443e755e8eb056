/**
 * Things in the order in which they came, which leave in any order. For what many pass through: a `Map` or
 * a `Set` links each table it has outgrown to the next, so once V8 takes one for old, all that ever lay in
 * a later one lives on until the whole of memory is searched.
 */

const cellCountMin = 16;

export class Ring<T> implements Iterable<readonly [place: number, thing: T]> {
  /** As many as a power of two. So the low bits of a place name its cell. */
  #cells: (T | undefined)[] = new Array<undefined>(cellCountMin).fill(undefined);
  #first = 0;
  #next = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Nothing has a lower place; that of the next thing, if there is nothing. */
  get first(): number {
    return this.#first;
  }

  /** Gives its place: one above that of what was added before. */
  add(thing: T): number {
    if (this.#next - this.#first === this.#cells.length) {
      this.#grow();
    }
    const place = this.#next;
    this.#next += 1;
    this.#size += 1;
    this.#cells[this.#cell(place)] = thing;
    return place;
  }

  get(place: number): T | undefined {
    return place >= this.#first && place < this.#next ? this.#cells[this.#cell(place)] : undefined;
  }

  /** Whether there was anything. */
  delete(place: number): boolean {
    if (this.get(place) === undefined) {
      return false;
    }
    this.#cells[this.#cell(place)] = undefined;
    this.#size -= 1;
    while (this.#first < this.#next && this.#cells[this.#cell(this.#first)] === undefined) {
      this.#first += 1;
    }
    return true;
  }

  /** In the order of their places. What is deleted meanwhile is left out. */
  *[Symbol.iterator](): Generator<readonly [place: number, thing: T]> {
    for (let place = this.#first; place < this.#next; place += 1) {
      const thing = this.get(place);
      if (thing !== undefined) {
        yield [place, thing];
      }
    }
  }

  #cell(place: number): number {
    return place & (this.#cells.length - 1);
  }

  #grow(): void {
    const cells = new Array<T | undefined>(2 * this.#cells.length).fill(undefined);
    for (let place = this.#first; place < this.#next; place += 1) {
      cells[place & (cells.length - 1)] = this.#cells[this.#cell(place)];
    }
    this.#cells = cells;
  }
}
