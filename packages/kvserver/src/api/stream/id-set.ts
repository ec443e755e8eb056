/**
 * IdSet: the ids of requests in flight on one stream. It is a hash table with linear probing that grows and never
 * holds garbage: a `Set` through which millions of ids pass makes tables that live long.
 */

const cellCountMin = 64;
/** Ids have 32 bits, so a cell that is not used holds what no id is. */
const unused = -1;
/** An odd number without pattern: 2³² divided by the golden ratio (Knuth, TAOCP 6.4). */
const scatter = 0x9e3779b1;

export class IdSet {
  #cells = cells(cellCountMin);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds an id. Returns false if it was there. */
  add(id: number): boolean {
    if (2 * this.#size >= this.#cells.length) this.#grow();
    const cell = this.#find(id);
    if (this.#cells[cell] === id) return false;
    this.#cells[cell] = id;
    this.#size += 1;
    return true;
  }

  delete(id: number): void {
    let gap = this.#find(id);
    if (this.#cells[gap] !== id) return;
    this.#size -= 1;
    this.#cells[gap] = unused;
    // Ids behind the gap move into it, where searching for them would end at it otherwise.
    for (let cell = this.#after(gap); ; cell = this.#after(cell)) {
      const moved = this.#cells[cell] ?? unused;
      if (moved === unused) return;
      if (this.#distance(this.#home(moved), cell) < this.#distance(gap, cell)) continue;
      this.#cells[gap] = moved;
      this.#cells[cell] = unused;
      gap = cell;
    }
  }

  /** The cell of this id, or the one where it would be. */
  #find(id: number): number {
    let cell = this.#home(id);
    while (this.#cells[cell] !== unused && this.#cells[cell] !== id) cell = this.#after(cell);
    return cell;
  }

  /** Clients count their ids up. Scattered, they form no long runs of cells, which a removal would have to pass. */
  #home(id: number): number {
    return (Math.imul(id, scatter) >>> 8) & (this.#cells.length - 1);
  }

  #after(cell: number): number {
    return (cell + 1) & (this.#cells.length - 1);
  }

  #distance(from: number, to: number): number {
    return (to - from) & (this.#cells.length - 1);
  }

  #grow(): void {
    const former = this.#cells;
    this.#cells = cells(2 * former.length);
    for (const id of former) if (id !== unused) this.#cells[this.#find(id)] = id;
  }
}

function cells(count: number): Float64Array {
  return new Float64Array(count).fill(unused);
}
