/**
 * Transactions as functions: what the function reads is remembered with its revision, what it writes waits, and one
 * command writes everything on condition that nothing it has read has changed. If something has, it runs again.
 * Source: Kung and Robinson, "On Optimistic Methods for Concurrency Control" (1981).
 */
import { toKeyBytes, type Writable } from '../encoding.ts';
import type { CallOptions } from '../options.ts';
import type { Entry } from '../results.ts';
import { type RetryParts, untilDone } from './retried-change.ts';
import type { ConditionInput, OperationInput, TransactionInput } from './transaction-input.ts';

/** What a function of a transaction may do. */
export interface TransactionView<V, W = Writable> {
  /** The value of the key as this transaction sees it: what it has put itself, or else what is stored. */
  get(key: Writable): Promise<V | undefined>;
  /** Sets the value of the key when the function has ended. */
  put(key: Writable, value: W): void;
  /** Removes the key when the function has ended. */
  delete(key: Writable): void;
}

/** The calls of a client that such a transaction consists of. */
export interface TransactionCalls<V, W> {
  getEntry(key: Writable, options: CallOptions): Promise<Entry<V> | undefined>;
  /** Resolves with whether the conditions held. */
  commit(input: TransactionInput<W>, options: CallOptions): Promise<boolean>;
  /** The value as it is read once it is written. */
  readBack(value: W): V;
}

/**
 * Resolves with what `work` returns, once everything is written.
 *
 * @throws KvError `KV_CONFLICT`, *not done*; with the outcome; and what `work` throws, in which case nothing is written.
 */
export function runTransaction<V, W, T>(
  calls: TransactionCalls<V, W>,
  work: (view: TransactionView<V, W>) => Promise<T>,
  { parts, options }: { readonly parts: RetryParts; readonly options: CallOptions },
): Promise<T> {
  return untilDone(parts, options, async (limits) => {
    const draft = new Draft(calls, limits);
    const result = await work(draft);
    return (await draft.commit()) ? { done: result } : undefined;
  });
}

interface Write<W> {
  readonly key: Writable;
  /** `undefined`: the key is removed. */
  readonly put: { readonly value: W } | undefined;
}

interface Read<V> {
  readonly key: Writable;
  readonly entry: Promise<Entry<V> | undefined>;
}

class Draft<V, W> implements TransactionView<V, W> {
  readonly #calls: TransactionCalls<V, W>;
  readonly #limits: () => CallOptions;
  readonly #reads = new Map<string, Read<V>>();
  readonly #writes = new Map<string, Write<W>>();

  /** `limits`: the options of a call that is made now. */
  constructor(calls: TransactionCalls<V, W>, limits: () => CallOptions) {
    this.#calls = calls;
    this.#limits = limits;
  }

  async get(key: Writable): Promise<V | undefined> {
    const name = nameOf(key);
    const write = this.#writes.get(name);
    if (write !== undefined) {
      return write.put && this.#calls.readBack(write.put.value);
    }
    const known = this.#reads.get(name);
    const entry = known?.entry ?? this.#calls.getEntry(key, this.#limits());
    if (known === undefined) this.#reads.set(name, { key, entry });
    return (await entry)?.value;
  }

  put(key: Writable, value: W): void {
    this.#writes.set(nameOf(key), { key, put: { value } });
  }

  delete(key: Writable): void {
    this.#writes.set(nameOf(key), { key, put: undefined });
  }

  /** Whether everything was written. */
  async commit(): Promise<boolean> {
    const conditions: ConditionInput<W>[] = [];
    for (const { key, entry } of this.#reads.values()) {
      const to = (await entry)?.modRevision ?? 0;
      conditions.push({ key, of: 'modRevision', is: '=', to });
    }
    const operations = Array.from(this.#writes.values(), (write) => toOperation(write));
    if (operations.length === 0 && conditions.length < 2) return true;
    return this.#calls.commit({ if: conditions, then: operations }, this.#limits());
  }
}

function toOperation<W>({ key, put }: Write<W>): OperationInput<W> {
  return put === undefined ? { type: 'delete', key } : { type: 'put', key, value: put.value };
}

/** A text and its UTF-8 bytes are the same key. */
function nameOf(key: Writable): string {
  return String.fromCharCode(...toKeyBytes(key));
}
