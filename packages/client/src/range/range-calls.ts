/** The calls of a client about ranges. */
import type { KeyRange, ScannedEntry as StoredEntry, Versions } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { Codec } from '../codec.ts';
import { type CallOptions, toConsistency } from '../options.ts';
import type { Entry } from '../results.ts';
import type { Key, Value } from '../value-encoding.ts';
import {
  type CountOptions,
  type RangeInput,
  type ScanOptions,
  toCountInput,
  toPageLimits,
  toRevision,
} from './range-input.ts';
import { type ReadCalls, readRecent, shownAt } from './recent-reads.ts';
import { PagedScan, type Scan } from './scan.ts';
import { countAll, type DeletedRange, deleteAll } from './whole-range.ts';

/** A present key, its value, and the revisions at which it was written. */
export interface ScannedEntry<E> extends Entry<Value<E>> {
  readonly key: Key<E>;
}

/** A present key and the revisions at which it was written. */
export interface ScannedKey<E> extends Versions {
  readonly key: Key<E>;
}

export class RangeCalls<E> {
  readonly #calls: ReadCalls & Pick<Calls, 'write'>;
  readonly #codec: Codec<E>;

  constructor(calls: ReadCalls & Pick<Calls, 'write'>, codec: Codec<E>) {
    this.#calls = calls;
    this.#codec = codec;
  }

  scan(range: RangeInput, options: ScanOptions = {}): Scan<ScannedEntry<E>> {
    return this.#scan(range, options, {
      keysOnly: false,
      toEntry: ({ key, value = new Uint8Array(), ...versions }) => ({
        key: this.#codec.fromKey(key),
        value: this.#codec.fromValue(value),
        ...versions,
      }),
    });
  }

  keys(range: RangeInput, options: ScanOptions = {}): Scan<ScannedKey<E>> {
    return this.#scan(range, options, {
      keysOnly: true,
      toEntry: ({ key, value: _none, ...versions }) => ({
        key: this.#codec.fromKey(key),
        ...versions,
      }),
    });
  }

  async count(range: RangeInput, options: CountOptions = {}): Promise<number> {
    const { asOf, how } = toCountInput(options);
    return countAll(this.#codec.toRange(range), asOf, async (command) =>
      shownAt(command, await readRecent(this.#calls, command, how)),
    );
  }

  async deleteRange(range: RangeInput, options?: CallOptions): Promise<DeletedRange> {
    return deleteAll(this.#codec.toRange(range), (command) => this.#calls.write(command, options));
  }

  #scan<T>(
    input: RangeInput,
    options: ScanOptions,
    how: { readonly keysOnly: boolean; readonly toEntry: (entry: StoredEntry) => T },
  ): Scan<T> {
    const range: KeyRange = this.#codec.toRange(input);
    const limits = toPageLimits(options);
    const { reverse = false, asOf, pinned = true, limit: _, pageSize: __, ...rest } = options;
    // Misuse shows at the call, not when the first page is read.
    toConsistency(options.consistency);
    return new PagedScan({
      ...how,
      ...limits,
      ...{ range, reverse, asOf: toRevision(asOf), isPinned: pinned },
      read: async (command) => shownAt(command, await readRecent(this.#calls, command, rest)),
    });
  }
}
