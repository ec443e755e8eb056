/** A scan of a client: asks for one page after the other as they are read. */
import type { CommandOf, KeyRange, ReplyOf, ScannedEntry } from '@paxkv/protocol';

/**
 * The entries of a range in order, each read once. `for await` reads them one by one, and `pages()` page by page. Each
 * `for await` begins anew.
 *
 * All pages show the store at one revision, whichever servers answer, unless `pinned` is false.
 */
export interface Scan<T> extends AsyncIterable<T> {
  /** @throws KvError, always `not done`: `KV_COMPACTED` if no server that answers can show that revision any more. */
  pages(): AsyncIterable<ScanPage<T>>;
}

/** Entries that were read at one moment. */
export interface ScanPage<T> {
  /** The revision of the store that the page shows. */
  readonly revision: number;
  readonly entries: readonly T[];
}

export interface ScanParts<T> {
  readonly range: KeyRange;
  readonly reverse: boolean;
  readonly keysOnly: boolean;
  /** The most entries of the scan, and of a page. */
  readonly limit: number;
  readonly pageSize: number;
  readonly asOf: number | 'now';
  /** Whether the pages show the revision of the first one. */
  readonly isPinned: boolean;
  read(command: CommandOf<'scan'>): Promise<ReplyOf<'scan'>>;
  toEntry(entry: ScannedEntry): T;
}

export class PagedScan<T> implements Scan<T> {
  readonly #parts: ScanParts<T>;

  constructor(parts: ScanParts<T>) {
    this.#parts = parts;
  }

  async *pages(): AsyncGenerator<ScanPage<T>> {
    const { reverse, keysOnly, pageSize, isPinned, read, toEntry } = this.#parts;
    let { range, asOf } = this.#parts;
    let left = this.#parts.limit;
    while (left > 0) {
      const limit = Math.min(left, pageSize);
      const reply = await read({ type: 'scan', ...range, limit, reverse, keysOnly, asOf });
      const { revision, entries, next } = reply;
      left -= entries.length;
      if (isPinned) asOf = revision;
      yield { revision, entries: entries.map(toEntry) };
      if (next === undefined) return;
      range = reverse ? { ...range, to: next } : { ...range, from: next };
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const { entries } of this.pages()) yield* entries;
  }
}
