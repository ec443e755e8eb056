/** The calls of a client about ranges. */
import type { KeyRange, ScannedEntry as StoredEntry, Versions } from '@paxkv/protocol';
import type { Calls } from '../calls.ts';
import { type CallOptions, type GetOptions, toConsistency } from '../options.ts';
import type { Entry } from '../results.ts';
import {
  type RangeInput,
  type ScanOptions,
  scanOptionNames,
  toKeyRange,
  toPageLimits,
} from './range-input.ts';
import { PagedScan, type Scan } from './scan.ts';
import { countAll, type DeletedRange, deleteAll } from './whole-range.ts';

/** A present key, its value, and the revisions at which it was written. */
export interface ScannedEntry<V> extends Entry<V> {
  readonly key: V;
}

/** A present key and the revisions at which it was written. */
export interface ScannedKey<V> extends Versions {
  readonly key: V;
}

export class RangeCalls<V> {
  readonly #calls: Pick<Calls, 'read' | 'write'>;
  readonly #decode: (bytes: Uint8Array) => V;

  constructor(calls: Pick<Calls, 'read' | 'write'>, decode: (bytes: Uint8Array) => V) {
    this.#calls = calls;
    this.#decode = decode;
  }

  scan(range: RangeInput, options: ScanOptions = {}): Scan<ScannedEntry<V>> {
    return this.#scan(range, options, {
      keysOnly: false,
      toEntry: ({ key, value = new Uint8Array(), ...versions }) => ({
        key: this.#decode(key),
        value: this.#decode(value),
        ...versions,
      }),
    });
  }

  keys(range: RangeInput, options: ScanOptions = {}): Scan<ScannedKey<V>> {
    return this.#scan(range, options, {
      keysOnly: true,
      toEntry: ({ key, value: _none, ...versions }) => ({ key: this.#decode(key), ...versions }),
    });
  }

  async count(range: RangeInput, options?: GetOptions): Promise<number> {
    return countAll(toKeyRange(range), (command) => this.#calls.read(command, options));
  }

  async deleteRange(range: RangeInput, options?: CallOptions): Promise<DeletedRange> {
    return deleteAll(toKeyRange(range), (command) => this.#calls.write(command, options));
  }

  #scan<T>(
    input: RangeInput,
    options: ScanOptions,
    how: { readonly keysOnly: boolean; readonly toEntry: (entry: StoredEntry) => T },
  ): Scan<T> {
    const range: KeyRange = toKeyRange(input);
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
