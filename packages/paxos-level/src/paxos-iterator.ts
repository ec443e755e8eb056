/** The iterator of `PaxosLevel`: reads the pages of a scan as they are needed. */
import type { Namespace, ScanPage } from '@paxkv/client';
import { type Bytes, scanLimitMax } from '@paxkv/protocol';
import { AbstractIterator, type AbstractIteratorOptions, type AbstractLevel } from 'abstract-level';
import {
  type Bounds,
  boundsFrom,
  boundsOf,
  type EncodedRange,
  isEmpty,
  toRange,
} from './bounds.ts';

/** The options that abstract-level passes on, with defaults. */
export interface EncodedIteratorOptions extends EncodedRange {
  readonly reverse: boolean;
  readonly values: boolean;
  /** −1: no limit. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/** The signal of an iterator fired while it was reading. */
export class AbortError extends Error {
  override readonly name = 'AbortError';
  /** As abstract-level has it. */
  readonly code = 'LEVEL_ABORTED';

  /** `cause`: how the client's call ended. */
  constructor(cause: unknown) {
    super('the signal ended the iterator', { cause });
  }
}

interface EncodedEntry {
  readonly key: Bytes;
  readonly value?: Bytes;
}

type Pages = AsyncIterator<ScanPage<EncodedEntry>>;

/**
 * Iterates over entries in order. All pages show the revision of the first one, which is read when it is needed. A read
 * fails with `KV_COMPACTED` once no server keeps the changes since then.
 */
export class PaxosIterator<K, V> extends AbstractIterator<AbstractLevel<Bytes, K, V>, K, V> {
  readonly #store: Namespace<'buffer'>;
  readonly #options: EncodedIteratorOptions;
  readonly #bounds: Bounds;
  /** `undefined`: there are no more pages. */
  #pages: Pages | undefined;
  #page: readonly EncodedEntry[] = [];
  /** How many entries of the page are read. */
  #readCount = 0;

  /** @internal */
  constructor(
    level: AbstractLevel<Bytes, K, V>,
    store: Namespace<'buffer'>,
    options: EncodedIteratorOptions,
  ) {
    super(level, options as AbstractIteratorOptions<K, V>);
    this.#store = store;
    this.#options = options;
    this.#bounds = boundsOf(options);
    this.#pages = this.#scan(this.#bounds);
  }

  /** @internal */
  protected async _next(): Promise<[Bytes, Bytes | undefined] | undefined> {
    const [entry] = await this._nextv(1);
    return entry;
  }

  /** @internal */
  protected async _nextv(size: number): Promise<[Bytes, Bytes | undefined][]> {
    while (this.#readCount === this.#page.length && this.#pages !== undefined) {
      await this.#turnPage(this.#pages);
    }
    const entries = this.#page.slice(this.#readCount, this.#readCount + size);
    this.#readCount += entries.length;
    return entries.map(({ key, value }) => [key, value]);
  }

  /** @internal */
  protected _seek(target: Bytes): void {
    this.#show([]);
    this.#pages = this.#scan(boundsFrom(target, this.#bounds, this.#options.reverse));
  }

  async #turnPage(pages: Pages): Promise<void> {
    const { signal } = this.#options;
    const next = await pages.next().catch((error: unknown) => {
      throw signal?.aborted ? new AbortError(error) : error;
    });
    if (next.done) this.#pages = undefined;
    this.#show(next.done ? [] : next.value.entries);
  }

  #show(page: readonly EncodedEntry[]): void {
    this.#page = page;
    this.#readCount = 0;
  }

  #scan(bounds: Bounds): Pages | undefined {
    const { reverse, values, limit, signal } = this.#options;
    if (isEmpty(bounds) || limit === 0) return undefined;
    const pageSize = limit < 0 ? scanLimitMax : Math.min(limit, scanLimitMax);
    const options = { reverse, pageSize, ...(signal && { signal }) };
    const range = toRange(bounds);
    const scan = values ? this.#store.scan(range, options) : this.#store.keys(range, options);
    return scan.pages()[Symbol.asyncIterator]();
  }
}
