/**
 * What was done under which request numbers, the lowest first. Numbers come nearly in order and go in order,
 * so this is an array: a `Map` that so much passes through would keep it all alive (see the client's `Ring`).
 */
import type { WriteReply } from '@paxkv/protocol';

/** What was done under a request number. */
export interface CachedReply {
  readonly number: number;
  /** Of the command, so that another command under the same number is told apart. */
  readonly digest: number;
  readonly reply: WriteReply;
}

/** So many empty cells at the front are left until they are worth a copy of the rest. */
const gapMax = 64;

export class ReplyCache implements Iterable<CachedReply> {
  /** By number; empty below the first. */
  readonly #cells: (CachedReply | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#cells.length - this.#first;
  }

  get(number: number): CachedReply | undefined {
    const deed = this.#cells[this.#find(number)];
    return deed?.number === number ? deed : undefined;
  }

  /** Only where there is none of that number. */
  add(deed: CachedReply): void {
    const place = this.#find(deed.number);
    if (place === this.#cells.length) this.#cells.push(deed);
    else this.#cells.splice(place, 0, deed);
  }

  deleteBelow(number: number): void {
    for (let deed = this.#cells[this.#first]; deed !== undefined && deed.number < number; ) {
      this.#cells[this.#first] = undefined;
      this.#first += 1;
      deed = this.#cells[this.#first];
    }
    if (this.#first < gapMax || this.#first < this.size) return;
    this.#cells.splice(0, this.#first);
    this.#first = 0;
  }

  *[Symbol.iterator](): Generator<CachedReply> {
    for (const deed of this.#cells) if (deed !== undefined) yield deed;
  }

  /** The place of the lowest number that is not below `number`. */
  #find(number: number): number {
    let place = this.#cells.length;
    // The highest numbers are asked for most.
    while (place > this.#first && (this.#cells[place - 1]?.number ?? -1) >= number) place -= 1;
    return place;
  }
}
