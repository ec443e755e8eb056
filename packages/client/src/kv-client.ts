/** `KvClient`, the entry point of the package: one logical store in front of many replicas. */
import type { StatusReply, Entry as StoredEntry } from '@paxkv/protocol';
import { AuthAdmin } from './auth-admin.ts';
import { Calls } from './calls.ts';
import { ClientEvents } from './diagnostics/client-events.ts';
import {
  decoderOf,
  type Encoding,
  toInteger,
  toKeyBytes,
  toValueBytes,
  type Values,
  type Writable,
} from './encoding.ts';
import { type CallOptions, type GetOptions, type KvClientOptions, toSettings } from './options.ts';
import { RangeCalls, type ScannedEntry, type ScannedKey } from './range/range-calls.ts';
import type { RangeInput, ScanOptions } from './range/range-input.ts';
import type { Scan } from './range/scan.ts';
import type { DeletedRange } from './range/whole-range.ts';
import type { EndpointStatus, Entry, WriteResult } from './results.ts';
import { toEndpoint } from './retry/endpoints.ts';
import { reachOf } from './system-environment.ts';
import type { ConditionalOptions } from './transaction/condition.ts';
import { type ConditionalResult, type Writing, write } from './transaction/conditional-write.ts';
import { runTransaction, type TransactionView } from './transaction/optimistic.ts';
import { type TransactionInput, toTransactCommand } from './transaction/transaction-input.ts';
import { type TransactionResult, toTransactionResult } from './transaction/transaction-result.ts';
import { type Change, update } from './transaction/update.ts';
import type { Watch } from './watch/watch.ts';
import { watch } from './watch/watch-calls.ts';
import type { WatchedRange, WatchOptions } from './watch/watch-input.ts';

/**
 * A client of a paxkv cluster. It connects at the first call.
 *
 * Calls are retried on other servers until one replies or `timeoutMs` has passed. A write takes effect at
 * most once, however often it was sent. Many calls may be in flight at once; their order is not
 * guaranteed. Keys and values are strings, stored as UTF-8, or bytes.
 *
 * Every call rejects with `KvError`, whose `outcome` says whether the call took effect, and with `TypeError`
 * on misuse. A read that fails is always `not done`.
 *
 * @example
 * ```ts
 * const client = new KvClient({ endpoints: ['127.0.0.1:4401', '127.0.0.1:4402', '127.0.0.1:4403'] });
 * await client.put('colour', 'blue');
 * await client.get('colour'); // 'blue'
 * await client.close();
 * ```
 */
export class KvClient<E extends Encoding = 'utf8'> {
  /** What the client reports while it works: calls, retries, leaders, connections, sessions. */
  readonly events = new ClientEvents();
  /** Users, roles and tokens; see docs/security.md. */
  readonly auth: AuthAdmin;
  readonly #calls: Calls;
  readonly #writing: Writing<Values[E]>;
  readonly #ranges: RangeCalls<Values[E]>;
  readonly #decode: (bytes: Uint8Array) => Values[E];
  readonly #readBack = (value: Writable) => this.#decode(toValueBytes(value));

  /** @throws TypeError if an option is unknown, missing or out of its range. */
  constructor(options: KvClientOptions<E>) {
    const settings = toSettings(options);
    const calls = new Calls({ settings, ...reachOf(options, settings), events: this.events });
    this.#decode = decoderOf(options.encoding);
    this.#calls = calls;
    this.#writing = { calls, decode: this.#decode };
    this.#ranges = new RangeCalls(calls, this.#decode);
    this.auth = new AuthAdmin(calls.auth);
  }

  /**
   * The key's value, or `undefined` if the key is absent. It reflects every write acknowledged before the
   * call, by any client, unless `consistency` is `serializable`.
   *
   * @param key 1 to 1024 bytes.
   * @throws KvError, always `not done`; TypeError on misuse, or if a value to be read as text is not UTF-8.
   */
  get(key: Writable, options?: GetOptions): Promise<Values[E] | undefined> {
    return this.#get(key, options, ({ value }) => this.#decode(value));
  }

  /** As `get`, with the revisions at which the key was written. */
  getEntry(key: Writable, options?: GetOptions): Promise<Entry<Values[E]> | undefined> {
    return this.#get(key, options, (entry) => ({ ...entry, value: this.#decode(entry.value) }));
  }

  /** Whether the key is present. Otherwise as `get`. */
  async has(key: Writable, options?: GetOptions): Promise<boolean> {
    return (await this.#get(key, options, () => true)) ?? false;
  }

  /** The values of the keys, in their order. Each is read as by `get`, and not all at one moment; `transact` does that. */
  async getMany(
    keys: readonly Writable[],
    options?: GetOptions,
  ): Promise<(Values[E] | undefined)[]> {
    return Promise.all(keys.map((key) => this.get(key, options)));
  }

  /**
   * Sets the key's value. Resolves once a majority of servers has stored the write. With a condition in the options,
   * the result says whether it held; if it did not, nothing is written.
   *
   * @param key 1 to 1024 bytes.
   * @param value at most 1 MiB.
   * @throws KvError with the outcome; TypeError on misuse.
   */
  put(
    key: Writable,
    value: Writable,
    options: ConditionalOptions,
  ): Promise<ConditionalResult<'put', Values[E]>>;
  put(key: Writable, value: Writable, options?: CallOptions): Promise<WriteResult<'put'>>;
  async put(key: Writable, value: Writable, options?: CallOptions) {
    const command = { type: 'put', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    return write<'put', Values[E]>(this.#writing, command, options);
  }

  /**
   * Adds `value` to the end of the key's value; an absent key counts as empty. The result may have at most
   * 1 MiB. Conditions are as for `put`.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  append(
    key: Writable,
    value: Writable,
    options: ConditionalOptions,
  ): Promise<ConditionalResult<'append', Values[E]>>;
  append(key: Writable, value: Writable, options?: CallOptions): Promise<WriteResult<'append'>>;
  async append(key: Writable, value: Writable, options?: CallOptions) {
    const command = { type: 'append', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    return write<'append', Values[E]>(this.#writing, command, options);
  }

  /**
   * Removes the key. `deleted` is true if the key was present. Conditions are as for `put`.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  delete(
    key: Writable,
    options: ConditionalOptions,
  ): Promise<ConditionalResult<'delete', Values[E]>>;
  delete(key: Writable, options?: CallOptions): Promise<WriteResult<'delete'>>;
  async delete(key: Writable, options?: CallOptions) {
    const command = { type: 'delete', key: toKeyBytes(key) } as const;
    return write<'delete', Values[E]>(this.#writing, command, options);
  }

  /**
   * Adds `by` to a counter and returns the sum. A counter is a value that is a 64-bit integer in decimal,
   * such as `-7`; an absent key counts as 0. Conditions are as for `put`.
   *
   * @param by a 64-bit integer; as a number it must be a safe integer. Default 1.
   * @throws KvError with the outcome, `KV_NOT_A_COUNTER` if the value or the sum is no 64-bit integer;
   *   TypeError on misuse.
   */
  increment(
    key: Writable,
    by: bigint | number,
    options: ConditionalOptions,
  ): Promise<ConditionalResult<'increment', Values[E]>>;
  increment(
    key: Writable,
    by?: bigint | number,
    options?: CallOptions,
  ): Promise<WriteResult<'increment'>>;
  async increment(key: Writable, by: bigint | number = 1n, options?: CallOptions) {
    const command = { type: 'increment', key: toKeyBytes(key), by: toInteger(by) } as const;
    return write<'increment', Values[E]>(this.#writing, command, options);
  }

  /** The entries of a range in order: see {@link Scan}. @throws TypeError on misuse; reading it, KvError `not done`. */
  scan(range: RangeInput, options?: ScanOptions): Scan<ScannedEntry<Values[E]>> {
    return this.#ranges.scan(range, options);
  }

  /** As `scan`, without values. */
  keys(range: RangeInput, options?: ScanOptions): Scan<ScannedKey<Values[E]>> {
    return this.#ranges.keys(range, options);
  }

  /** The changes of a key or a range as they are made: see {@link Watch}. @throws TypeError on misuse; reading it, KvError. */
  watch(watched: WatchedRange, options?: WatchOptions): Watch<Values[E]> {
    return watch(this.#calls, this.#decode, watched, options);
  }

  /** The number of keys in a range; each 10,000 are counted at one moment. @throws KvError, always `not done`; TypeError. */
  count(range: RangeInput, options?: GetOptions): Promise<number> {
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
    change: Change<Values[E]>,
    options: CallOptions = {},
  ): Promise<Entry<Values[E]> | undefined> {
    const { retryParts: parts } = this.#calls;
    const calls = {
      getEntry: this.getEntry.bind(this),
      readBack: this.#readBack,
      put: (name: Writable, value: Writable, how: ConditionalOptions) => this.put(name, value, how),
      delete: (name: Writable, how: ConditionalOptions) => this.delete(name, how),
    };
    return update(calls, { key, change }, { parts, options });
  }

  /**
   * Compares and changes several keys in one step: see {@link TransactionInput}.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  async transact(
    transaction: TransactionInput,
    options?: CallOptions,
  ): Promise<TransactionResult<Values[E]>> {
    const reply = await this.#calls.write(toTransactCommand(transaction), options);
    return toTransactionResult(reply, this.#decode);
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
    work: (view: TransactionView<Values[E]>) => Promise<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const { retryParts: parts } = this.#calls;
    const calls = {
      getEntry: this.getEntry.bind(this),
      readBack: this.#readBack,
      commit: async (input: TransactionInput, how: CallOptions) =>
        (await this.#calls.write(toTransactCommand(input), how)).passed,
    };
    return runTransaction(calls, work, { parts, options });
  }

  /**
   * The status of the server at `endpoint`, which is asked once. Without `endpoint`, the status of any server.
   *
   * @throws KvError, always `not done`; TypeError on misuse.
   */
  async status(endpoint?: string, options?: CallOptions): Promise<StatusReply> {
    return this.#calls.status(endpoint === undefined ? undefined : toEndpoint(endpoint), options);
  }

  /** The status of each server in the order of `endpoints`, or the error of the request for it. */
  async statuses(options?: CallOptions): Promise<readonly EndpointStatus[]> {
    return this.#calls.statuses(options);
  }

  /** Refuses further calls, waits for those in flight and closes connections. */
  close(): Promise<void> {
    return this.#calls.close();
  }

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #get<T>(
    key: Writable,
    options: GetOptions | undefined,
    toResult: (entry: StoredEntry) => T,
  ): Promise<T | undefined> {
    const { entry } = await this.#calls.read({ type: 'get', key: toKeyBytes(key) }, options);
    return entry && toResult(entry);
  }
}
