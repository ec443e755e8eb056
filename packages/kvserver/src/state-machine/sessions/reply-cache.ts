/**
 * Reply cache: the replies of one session by request number, in ascending order. Replies are added nearly in
 * order and dropped in order, so this is an array. A `Map` with so many additions and removals would keep dropped replies in
 * memory (see the client's `Ring`).
 */
import type { WriteReply } from '@paxkv/protocol';
import { bytesOf } from './kept-reply.ts';

/** The reply to the request of one number. */
export interface CachedReply {
  readonly number: number;
  /** The digest of the command, by which another command under the same number is noticed. */
  readonly digest: number;
  readonly reply: WriteReply;
}

/** At least this many empty cells at the front are removed at once, which copies the rest. */
const gapMax = 64;

export class ReplyCache implements Iterable<CachedReply> {
  /** Ordered by number; empty below `first`. */
  readonly #cells: (CachedReply | undefined)[] = [];
  #first = 0;
  #bytes = 0;

  /** About how many bytes the replies take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The lowest number with a reply. */
  get lowest(): number | undefined {
    return this.#cells[this.#first]?.number;
  }

  get size(): number {
    return this.#cells.length - this.#first;
  }

  get(number: number): CachedReply | undefined {
    const cached = this.#cells[this.#find(number)];
    return cached?.number === number ? cached : undefined;
  }

  /** There must be no reply of this number yet. */
  add(cached: CachedReply): void {
    const index = this.#find(cached.number);
    if (index === this.#cells.length) this.#cells.push(cached);
    else this.#cells.splice(index, 0, cached);
    this.#bytes += bytesOf(cached.reply);
  }

  deleteBelow(number: number): void {
    let lowest = this.#cells[this.#first];
    while (lowest !== undefined && lowest.number < number) {
      this.#bytes -= bytesOf(lowest.reply);
      this.#cells[this.#first] = undefined;
      this.#first += 1;
      lowest = this.#cells[this.#first];
    }
    if (this.#first < gapMax || this.#first < this.size) return;
    this.#cells.splice(0, this.#first);
    this.#first = 0;
  }

  *[Symbol.iterator](): Generator<CachedReply> {
    for (const cached of this.#cells) if (cached !== undefined) yield cached;
  }

  /** The index of the lowest number that is not below `number`. */
  #find(number: number): number {
    let index = this.#cells.length;
    // Most look-ups are for the highest numbers.
    while (index > this.#first && (this.#cells[index - 1]?.number ?? -1) >= number) index -= 1;
    return index;
  }
}
