/** The keys that begin with a prefix, and all that can be done with them. A client is the namespace of every key. */
import type { Entry as StoredEntry } from '@paxkv/protocol';
import type { Calls } from './calls.ts';
import type { Codec } from './codec.ts';
import { toInteger, toValueBytes, type Writable } from './encoding.ts';
import { type LeaseOptions, type PutOptions, toPut } from './lease/leased-put.ts';
import { type CallOptions, checkNames, type GetOptions } from './options.ts';
import { RangeCalls, type ScannedEntry, type ScannedKey } from './range/range-calls.ts';
import type { CountOptions, RangeInput, ScanOptions } from './range/range-input.ts';
import type { Scan } from './range/scan.ts';
import type { DeletedRange } from './range/whole-range.ts';
import type { Entry, WriteResult } from './results.ts';
import type { ConditionalOptions } from './transaction/condition.ts';
import { type ConditionalResult, write } from './transaction/conditional-write.ts';
import { runTransaction, type TransactionView } from './transaction/optimistic.ts';
import {
  type Encoders,
  type TransactionInput,
  toTransactCommand,
} from './transaction/transaction-input.ts';
import { type TransactionResult, toTransactionResult } from './transaction/transaction-result.ts';
import { type Change, update } from './transaction/update.ts';
import {
  decodedAfter,
  type GivenEncoding,
  type Value,
  type WritableValue,
} from './value-encoding.ts';
import type { Watch } from './watch/watch.ts';
import { type WatchCalls, watch } from './watch/watch-calls.ts';
import type { WatchedRange, WatchOptions } from './watch/watch-input.ts';

const namespaceOptionNames = ['encoding'];

/** The calls that those of a namespace consist of. */
export type NamespaceCalls = Pick<Calls, 'read' | 'write' | 'retryParts'> & WatchCalls;

/**
 * Keys, values and ranges in a namespace, of which the prefix is no part: what it takes and returns are the keys without
 * it. It shares the connections and the session of its client, and there is nothing to close. The type parameter says
 * what the values are, see {@link Value}.
 */
export class Namespace<E = 'utf8'> {
  readonly #calls: NamespaceCalls;
  readonly #codec: Codec<E>;
  readonly #ranges: RangeCalls<E>;
  readonly #encoders: Encoders<WritableValue<E>>;

  /** @internal */
  constructor(calls: NamespaceCalls, codec: Codec<E>) {
    this.#calls = calls;
    this.#codec = codec;
    this.#ranges = new RangeCalls(calls, codec);
    this.#encoders = {
      toKey: (key) => codec.toKey(key),
      toValue: (value) => codec.toValue(value),
    };
  }

  /**
   * The keys of this one that begin with `prefix`, as keys without it. Prefix and key together have at most 1024 bytes;
   * the key may be empty. The values are in the same encoding, or in that of `options`.
   *
   * @param prefix 1 to 1024 bytes.
   * @throws TypeError if it is neither a string nor bytes; KvError `KV_BAD_REQUEST` if empty, `KV_TOO_LARGE`.
   */
  namespace(prefix: Writable): Namespace<E>;
  namespace<const F>(prefix: Writable, options: GivenEncoding<F>): Namespace<F>;
  namespace<F>(prefix: Writable, options?: GivenEncoding<F>): Namespace<E> | Namespace<F> {
    const codec = this.#codec.within(prefix);
    if (options === undefined) return new Namespace(this.#calls, codec);
    checkNames(options, namespaceOptionNames);
    return new Namespace(this.#calls, codec.with<F>(options.encoding));
  }

  /**
   * The key's value, or `undefined` if the key is absent. It reflects every write acknowledged before the
   * call, by any client, unless `consistency` is `serializable`.
   *
   * @param key 1 to 1024 bytes.
   * @throws KvError, always `not done`, and `KV_NOT_DECODABLE` for a value that is not in the encoding; TypeError on
   *   misuse.
   */
  get(key: Writable, options?: GetOptions): Promise<Value<E> | undefined> {
    return this.#get(key, options, ({ value }) => this.#codec.fromValue(value));
  }

  /** As `get`, with the revisions at which the key was written. */
  getEntry(key: Writable, options?: GetOptions): Promise<Entry<Value<E>> | undefined> {
    return this.#get(key, options, (entry) => ({
      ...entry,
      value: this.#codec.fromValue(entry.value),
    }));
  }

  /** Whether the key is present. Otherwise as `get`. */
  async has(key: Writable, options?: GetOptions): Promise<boolean> {
    return (await this.#get(key, options, () => true)) ?? false;
  }

  /** The values of the keys, in their order. Each is read as by `get`, and not all at one moment; `transact` does that. */
  async getMany(
    keys: readonly Writable[],
    options?: GetOptions,
  ): Promise<(Value<E> | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key, options)));
  }

  /**
   * Sets the key's value. Resolves once a majority of servers has stored the write. With a condition in the options,
   * the result says whether it held; if it did not, nothing is written. {@link LeaseOptions} say when the key is deleted.
   *
   * @param key 1 to 1024 bytes.
   * @param value at most 1 MiB when encoded.
   * @throws KvError with the outcome, `KV_NOT_ENCODABLE` if the encoding cannot represent the value; TypeError on misuse.
   */
  put(
    key: Writable,
    value: WritableValue<E>,
    options: ConditionalOptions<WritableValue<E>> & LeaseOptions,
  ): Promise<ConditionalResult<'put', Value<E>>>;
  put(key: Writable, value: WritableValue<E>, options?: PutOptions): Promise<WriteResult<'put'>>;
  async put(key: Writable, value: WritableValue<E>, options?: PutOptions) {
    const stored = { key: this.#codec.toKey(key), value: this.#codec.toValue(value) };
    return write<'put', E>(this.#writing, toPut(stored, options), options);
  }

  /**
   * Adds `value` to the end of the key's value; an absent key counts as empty. Whatever the encoding of the client, it
   * is text or bytes, which are added to what is stored. The result may have at most 1 MiB. Conditions are as for `put`.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  append(
    key: Writable,
    value: Writable,
    options: ConditionalOptions<WritableValue<E>>,
  ): Promise<ConditionalResult<'append', Value<E>>>;
  append(key: Writable, value: Writable, options?: CallOptions): Promise<WriteResult<'append'>>;
  async append(key: Writable, value: Writable, options?: CallOptions) {
    const stored = { key: this.#codec.toKey(key), value: toValueBytes(value) };
    return write<'append', E>(this.#writing, { type: 'append', ...stored }, options);
  }

  /**
   * Removes the key. `deleted` is true if the key was present. Conditions are as for `put`.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  delete(
    key: Writable,
    options: ConditionalOptions<WritableValue<E>>,
  ): Promise<ConditionalResult<'delete', Value<E>>>;
  delete(key: Writable, options?: CallOptions): Promise<WriteResult<'delete'>>;
  async delete(key: Writable, options?: CallOptions) {
    const command = { type: 'delete', key: this.#codec.toKey(key) } as const;
    return write<'delete', E>(this.#writing, command, options);
  }

  /**
   * Adds `by` to a counter and returns the sum. A counter is a value that is stored as a 64-bit integer in decimal,
   * such as `-7`; an absent key counts as 0. Conditions are as for `put`.
   *
   * @param by a 64-bit integer; as a number it must be a safe integer. Default 1.
   * @throws KvError with the outcome, `KV_NOT_A_COUNTER` if the value or the sum is no 64-bit integer;
   *   TypeError on misuse.
   */
  increment(
    key: Writable,
    by: bigint | number,
    options: ConditionalOptions<WritableValue<E>>,
  ): Promise<ConditionalResult<'increment', Value<E>>>;
  increment(
    key: Writable,
    by?: bigint | number,
    options?: CallOptions,
  ): Promise<WriteResult<'increment'>>;
  async increment(key: Writable, by: bigint | number = 1n, options?: CallOptions) {
    const command = { type: 'increment', key: this.#codec.toKey(key), by: toInteger(by) } as const;
    return write<'increment', E>(this.#writing, command, options);
  }

  /** The entries of a range in order: see {@link Scan}. @throws TypeError on misuse; reading it, KvError `not done`. */
  scan(range: RangeInput, options?: ScanOptions): Scan<ScannedEntry<E>> {
    return this.#ranges.scan(range, options);
  }

  /** As `scan`, without values. */
  keys(range: RangeInput, options?: ScanOptions): Scan<ScannedKey<E>> {
    return this.#ranges.keys(range, options);
  }

  /** The changes of a key or a range as they are made: see {@link Watch}. @throws TypeError on misuse; reading it, KvError. */
  watch(watched: WatchedRange, options?: WatchOptions): Watch<E> {
    return watch(this.#calls, this.#codec, watched, options);
  }

  /** The number of keys in a range at one revision. @throws KvError, always `not done`; TypeError. */
  count(range: RangeInput, options?: CountOptions): Promise<number> {
    return this.#ranges.count(range, options);
  }

  /** Removes the keys of a range, about 1,000 in one step. @throws KvError: `unknown` if one of several steps failed. */
  deleteRange(range: RangeInput, options?: CallOptions): Promise<DeletedRange> {
    return this.#ranges.deleteRange(range, options);
  }

  /**
   * Replaces the key's value by what `change` makes of it, and resolves with the new entry. `undefined` stands for an
   * absent key, in what `change` gets and in what it returns. It is called again whenever another write came in
   * between, so it should do nothing else.
   *
   * @throws KvError with the outcome: `KV_CONFLICT`, *not done*, if others are faster until `timeoutMs` has passed; what
   *   `change` throws, and nothing is written.
   */
  update(
    key: Writable,
    change: Change<Value<E>, WritableValue<E>>,
    options: CallOptions = {},
  ): Promise<Entry<Value<E>> | undefined> {
    const { retryParts: parts } = this.#calls;
    return update<Value<E>, WritableValue<E>>(
      {
        getEntry: this.getEntry.bind(this),
        readBack: (value) => decodedAfter('done', () => this.#readBack(value)),
        put: (name, value, how) => this.put(name, value, how),
        delete: (name, how) => this.delete(name, how),
      },
      { key, change },
      { parts, options },
    );
  }

  /**
   * Compares and changes several keys in one step: see {@link TransactionInput}.
   *
   * @throws KvError with the outcome, `KV_NOT_DECODABLE`, *done*, if a value among the results is not in the encoding;
   *   TypeError on misuse.
   */
  async transact(
    transaction: TransactionInput<WritableValue<E>>,
    options?: CallOptions,
  ): Promise<TransactionResult<Value<E>>> {
    const command = toTransactCommand(transaction, this.#encoders);
    const reply = await this.#calls.write(command, options);
    return decodedAfter('done', () =>
      toTransactionResult(reply, (value) => this.#codec.fromValue(value)),
    );
  }

  /**
   * Runs `work`, then writes all that it has put and deleted in one step, on condition that nothing which it has read
   * has changed. Otherwise `work` runs again, so it should do nothing else. It may see the effects of a write that came
   * in between two of its reads; what it writes then is not written.
   *
   * @returns what `work` returns.
   * @throws KvError with the outcome: `KV_CONFLICT`, *not done*, if others are faster until `timeoutMs` has passed; what
   *   `work` throws, and nothing is written.
   * @example
   * ```ts
   * await client.transaction(async (tx) => {
   *   const left = Number(await tx.get('left'));
   *   tx.put('left', String(left - 1));
   *   tx.put('right', String(Number(await tx.get('right')) + 1));
   * });
   * ```
   */
  transaction<T>(
    work: (view: TransactionView<Value<E>, WritableValue<E>>) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const { retryParts: parts } = this.#calls;
    const calls = {
      getEntry: this.getEntry.bind(this),
      readBack: (value: WritableValue<E>) => this.#readBack(value),
      commit: async (input: TransactionInput<WritableValue<E>>, how: CallOptions) =>
        (await this.#calls.write(toTransactCommand(input, this.#encoders), how)).passed,
    };
    return runTransaction(calls, work, { parts, options });
  }

  get #writing() {
    return { calls: this.#calls, codec: this.#codec };
  }

  #readBack(value: WritableValue<E>): Value<E> {
    return this.#codec.fromValue(this.#codec.toValue(value));
  }

  async #get<T>(
    key: Writable,
    options: GetOptions | undefined,
    toResult: (entry: StoredEntry) => T,
  ): Promise<T | undefined> {
    const { entry } = await this.#calls.read({ type: 'get', key: this.#codec.toKey(key) }, options);
    return entry && toResult(entry);
  }
}
