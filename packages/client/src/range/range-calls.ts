/** The calls of a client about ranges. */
import type { KeyRange, ScannedEntry as StoredEntry, Versions } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import type { Codec } from '../codec.ts';
import { type CallOptions, type GetOptions, toConsistency } from '../options.ts';
import type { Entry } from '../results.ts';
import type { Key, Value } from '../value-encoding.ts';
import { type RangeInput, type ScanOptions, scanOptionNames, toPageLimits } from './range-input.ts';
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
  readonly #calls: Pick<Calls, 'read' | 'write'>;
  readonly #codec: Codec<E>;

  constructor(calls: Pick<Calls, 'read' | 'write'>, codec: Codec<E>) {
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

  async count(range: RangeInput, options?: GetOptions): Promise<number> {
    return countAll(this.#codec.toRange(range), (command) => this.#calls.read(command, options));
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
    const { reverse = false } = options;
    // Misuse shows at the call, not when the first page is read.
    toConsistency(options.consistency);
    return new PagedScan({
      ...how,
      ...toPageLimits(options),
      ...{ range, reverse },
      read: (command) => this.#calls.read(command, options, scanOptionNames),
    });
  }
}
