/** `PaxosLevel`: the keys of a namespace as a database of abstract-level, so that what is made for level runs on it. */
import { KvError, type Namespace, type OperationInput } from '@paxkv/client';
import { type Bytes, transactionItemsMax } from '@paxkv/protocol';
import { type AbstractDatabaseOptions, AbstractLevel } from 'abstract-level';
import { boundsOf, type EncodedRange, isEmpty, toRange } from './bounds.ts';
import { type EncodedIteratorOptions, PaxosIterator } from './paxos-iterator.ts';

/** A `KvClient` or one of its namespaces, whatever its encoding. */
export interface NamespaceSource {
  /** As of a `KvClient`. */
  namespace(prefix: string, options: { readonly encoding: 'buffer' }): Namespace<'buffer'>;
}

/** The options of a `PaxosLevel`: those of every abstract-level database, and its client. */
export interface PaxosLevelOptions<K, V> extends AbstractDatabaseOptions<K, V> {
  /** The database uses it, and does not close it. */
  readonly client: NamespaceSource;
  /**
   * What becomes of a batch that is too large for one transaction. False: it is refused with `KV_TOO_LARGE`, *not done*.
   * True: it is written by several transactions in order, so that a part of it may be seen, or be all that is written;
   * an error after the first of them is *unknown*. Default false.
   */
  readonly splitBatches?: boolean;
}

type Operation =
  | { readonly type: 'put'; readonly key: Bytes; readonly value: Bytes }
  | { readonly type: 'del'; readonly key: Bytes };

/** What the store does and does not: servers show an earlier revision for a while only, so there are no snapshots. */
const manifest = {
  encodings: { view: true },
  seek: true,
  has: true,
  getSync: false,
  permanence: true,
  createIfMissing: false,
  errorIfExists: false,
  implicitSnapshots: false,
  explicitSnapshots: false,
  signals: { iterators: true },
};

/**
 * A database of abstract-level whose entries are those of a paxkv cluster that begin with `location`. It has the whole
 * interface of level but snapshots and `getSync`. Reads are linearizable, `batch` is one transaction, and an operation
 * that fails rejects with the client's `KvError`, whose `outcome` says whether it took effect.
 *
 * @example
 * ```ts
 * const client = new KvClient({ endpoints: '127.0.0.1:4401' });
 * const db = new PaxosLevel<string, unknown>('app/', { client, valueEncoding: 'json' });
 * await db.batch([{ type: 'put', key: 'a', value: 1 }, { type: 'del', key: 'b' }]);
 * for await (const [key, value] of db.iterator({ gte: 'a' })) console.log(key, value);
 * await db.close();
 * await client.close();
 * ```
 */
export class PaxosLevel<K = string, V = string> extends AbstractLevel<Bytes, K, V> {
  readonly #location: string;
  readonly #store: Namespace<'buffer'>;
  readonly #splitBatches: boolean;

  /**
   * @param location what the keys of the database begin with in the store, 1 to 1024 bytes.
   * @throws TypeError without a client; KvError `KV_BAD_REQUEST` or `KV_TOO_LARGE` for the location.
   */
  constructor(location: string, options: PaxosLevelOptions<K, V>) {
    const { client, splitBatches = false, ...level } = options;
    super(manifest, level);
    this.#location = location;
    this.#splitBatches = splitBatches;
    this.#store = client.namespace(location, { encoding: 'buffer' });
  }

  /** What the keys of the database begin with in the store. */
  get location(): string {
    return this.#location;
  }

  /** @internal */
  protected _get(key: Bytes): Promise<Bytes | undefined> {
    return this.#store.get(key);
  }

  /** @internal */
  protected _getMany(keys: readonly Bytes[]): Promise<(Bytes | undefined)[]> {
    return this.#store.getMany(keys);
  }

  /** @internal */
  protected _has(key: Bytes): Promise<boolean> {
    return this.#store.has(key);
  }

  /** @internal */
  protected _hasMany(keys: readonly Bytes[]): Promise<boolean[]> {
    return Promise.all(keys.map((key) => this.#store.has(key)));
  }

  /** @internal */
  protected async _put(key: Bytes, value: Bytes): Promise<void> {
    await this.#store.put(key, value);
  }

  /** @internal */
  protected async _del(key: Bytes): Promise<void> {
    await this.#store.delete(key);
  }

  /** @internal */
  protected async _batch(operations: readonly Operation[]): Promise<void> {
    const { length } = operations;
    if (length > transactionItemsMax && !this.#splitBatches) {
      const allowed = `at most ${transactionItemsMax} are one step; see the option splitBatches`;
      throw new KvError('KV_TOO_LARGE', `the batch has ${length} operations; ${allowed}`);
    }
    for (let at = 0; at < length; at += transactionItemsMax) {
      const part = operations.slice(at, at + transactionItemsMax);
      await this.#store.transact({ then: part.map(toOperation) }).catch((error: unknown) => {
        throw at > 0 ? afterPart(error, at) : error;
      });
    }
  }

  /** @internal */
  protected async _clear(options: EncodedIteratorOptions): Promise<void> {
    const bounds = boundsOf(options);
    if (isEmpty(bounds)) return;
    if (options.limit < 0) {
      await this.#store.deleteRange(toRange(bounds));
    } else if (options.limit > 0) {
      await this.#clearSome(options);
    }
  }

  /** @internal */
  protected _iterator(options: EncodedIteratorOptions): PaxosIterator<K, V> {
    return new PaxosIterator(this, this.#store, options);
  }

  /** Deletes in several steps, as the contract of `clear` allows. */
  async #clearSome(options: Pick<EncodedIteratorOptions, 'limit' | 'reverse'> & EncodedRange) {
    const { limit, reverse } = options;
    const scan = this.#store.keys(toRange(boundsOf(options)), {
      ...{ limit, reverse },
      pageSize: transactionItemsMax,
      pinned: false,
    });
    for await (const { entries } of scan.pages()) {
      if (entries.length === 0) continue;
      await this.#store.transact({ then: entries.map(({ key }) => ({ type: 'delete', key })) });
    }
  }
}

function afterPart(error: unknown, count: number): unknown {
  if (!(error instanceof KvError)) return error;
  const message = `${count} operations of the batch were done before this: ${error.message}`;
  return new KvError(error.code, message, { cause: error, outcome: 'unknown' });
}

function toOperation(operation: Operation): OperationInput {
  const { key } = operation;
  return operation.type === 'put'
    ? { type: 'put', key, value: operation.value }
    : { type: 'delete', key };
}
