/** A scan of a client: asks for one page after the other as they are read. */
import type { CommandOf, KeyRange, ReplyOf, ScannedEntry } from '@paxkv/protocol';

/**
 * The entries of a range in order, each read once. `for await` reads them one by one, and `pages()` page by page. Each
 * `for await` begins anew.
 *
 * Every page shows one moment, at its `revision`; two pages may show different ones. So a key that is written during the
 * scan may be seen before or after the write, and each entry shows its revisions.
 */
export interface Scan<T> extends AsyncIterable<T> {
  /** @throws KvError, always `not done`. */
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
  read(command: CommandOf<'scan'>): Promise<ReplyOf<'scan'>>;
  toEntry(entry: ScannedEntry): T;
}

export class PagedScan<T> implements Scan<T> {
  readonly #parts: ScanParts<T>;

  constructor(parts: ScanParts<T>) {
    this.#parts = parts;
  }

  async *pages(): AsyncGenerator<ScanPage<T>> {
    const { reverse, keysOnly, pageSize, read, toEntry } = this.#parts;
    let { range } = this.#parts;
    let left = this.#parts.limit;
    while (left > 0) {
      const limit = Math.min(left, pageSize);
      const reply = await read({ type: 'scan', ...range, limit, reverse, keysOnly });
      const { revision, entries, next } = reply;
      left -= entries.length;
      yield { revision, entries: entries.map(toEntry) };
      if (next === undefined) return;
      range = reverse ? { ...range, to: next } : { ...range, from: next };
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for await (const { entries } of this.pages()) yield* entries;
  }
}
