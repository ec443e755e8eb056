/** The door: one logical store in front of many replicas. */
import {
  decoderOf,
  type Encoding,
  toKeyBytes,
  toValueBytes,
  type Values,
  type Writable,
} from './encoding.ts';
import type { Environment } from './environment.ts';
import { KvError } from './errors.ts';
import {
  type CallOptions,
  checkedTimeoutMs,
  type KvClientOptions,
  type Settings,
  toSettings,
} from './options.ts';
import type { AppendReply, DeleteReply, PutReply, StatusReply, Versions } from './protocol.ts';
import { Endpoints, toEndpoint, toEndpoints } from './retry/endpoints.ts';
import { Patience } from './retry/patience.ts';
import { Retry } from './retry/retry.ts';
import { Tally } from './retry/tally.ts';
import { Entrance } from './session/entrance.ts';
import { Writer } from './session/writer.ts';
import { systemEnvironment } from './system-environment.ts';
import { toAppend, toDelete, toGet, toPut, toStatus } from './wire/calls.ts';

/** A present key: its value and where it stands in the history of the store. */
export interface Entry<V> extends Versions {
  readonly value: V;
}

/** What one server said of itself, or why it did not. */
export type EndpointStatus =
  | { readonly endpoint: string; readonly status: StatusReply; readonly error?: undefined }
  | { readonly endpoint: string; readonly status?: undefined; readonly error: KvError };

/**
 * A client of a paxkv cluster. Nothing goes over the network before the first call.
 *
 * Calls are retried on other servers until one answers or `timeoutMs` has passed. A write takes
 * effect at most once however often it was sent; many calls may be under way at once, and then their
 * order is not promised. Keys and values are strings, stored as UTF-8, or bytes.
 *
 * Every call rejects with `KvError`, whose `outcome` says whether it happened, and with `TypeError`
 * on misuse.
 *
 * @example
 * ```ts
 * const client = new KvClient({ endpoints: ['127.0.0.1:4401', '127.0.0.1:4402', '127.0.0.1:4403'] });
 * await client.put('colour', 'blue');
 * await client.get('colour'); // 'blue'
 * await client.get('shape'); // undefined
 * await client.close();
 * ```
 */
export class KvClient<E extends Encoding = 'utf8'> {
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #endpoints: Endpoints;
  readonly #retry: Retry;
  readonly #writer: Writer;
  readonly #decode: (bytes: Uint8Array) => Values[E];
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws TypeError if an option makes no sense. */
  constructor(options: KvClientOptions<E>) {
    this.#settings = toSettings(options);
    this.#decode = decoderOf(options.encoding);
    this.#environment = options.environment ?? systemEnvironment();
    const { clock, random } = this.#environment;
    this.#endpoints = new Endpoints(toEndpoints(options.endpoints), random.next());
    this.#retry = new Retry(this.#environment, this.#endpoints, this.#settings);
    this.#writer = new Writer(new Entrance(this.#settings.name, clock, this.#retry), this.#retry);
  }

  /** The key's value, or `undefined` if it is absent. Sees every write that was acknowledged before. */
  async get(key: Writable, options?: CallOptions): Promise<Values[E] | undefined> {
    const entry = await this.getEntry(key, options);
    return entry?.value;
  }

  /** The key's value with its versions, or `undefined` if it is absent. */
  async getEntry(key: Writable, options?: CallOptions): Promise<Entry<Values[E]> | undefined> {
    const call = toGet(toKeyBytes(key));
    const entry = await this.#run(options, (patience) =>
      this.#retry.pursue({ toCall: () => call, patience, tally: new Tally(call.name) }),
    );
    return entry && { ...entry, value: this.#decode(entry.value) };
  }

  /** Sets the key's value. */
  async put(key: Writable, value: Writable, options?: CallOptions): Promise<PutReply> {
    const pair = { key: toKeyBytes(key), value: toValueBytes(value) };
    return this.#run(options, (patience) =>
      this.#writer.write('put', (stamp) => toPut(pair, stamp), patience),
    );
  }

  /** Adds to the end of the key's value; an absent key counts as empty. */
  async append(key: Writable, value: Writable, options?: CallOptions): Promise<AppendReply> {
    const pair = { key: toKeyBytes(key), value: toValueBytes(value) };
    return this.#run(options, (patience) =>
      this.#writer.write('append', (stamp) => toAppend(pair, stamp), patience),
    );
  }

  /** Removes the key; `deleted` tells whether it was there. */
  async delete(key: Writable, options?: CallOptions): Promise<DeleteReply> {
    const bytes = toKeyBytes(key);
    return this.#run(options, (patience) =>
      this.#writer.write('delete', (stamp) => toDelete(bytes, stamp), patience),
    );
  }

  /** What `endpoint` says of itself, asked once; without `endpoint`, what any server says. */
  async status(endpoint?: string, options?: CallOptions): Promise<StatusReply> {
    const call = toStatus();
    return this.#run(options, (patience) =>
      endpoint === undefined
        ? this.#retry.pursue({ toCall: () => call, patience, tally: new Tally(call.name) })
        : this.#retry.askOnce(toEndpoint(endpoint), call, patience),
    );
  }

  /** What each server says of itself, in the order of `endpoints`. A silent one gives an error. */
  async statuses(options?: CallOptions): Promise<readonly EndpointStatus[]> {
    return Promise.all(
      this.#endpoints.all.map(async (endpoint): Promise<EndpointStatus> => {
        try {
          return { endpoint, status: await this.status(endpoint, options) };
        } catch (error) {
          if (error instanceof KvError) {
            return { endpoint, error };
          }
          throw error;
        }
      }),
    );
  }

  /** Takes no more calls, waits for those under way and lets go of connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#underWay);
    await this.#environment.exchange.close();
  }

  async #run<R>(
    options: CallOptions | undefined,
    work: (patience: Patience) => Promise<R>,
  ): Promise<R> {
    if (this.#closing !== undefined) {
      throw new KvError('KV_CLOSED', 'the client was closed before this call');
    }
    if (options?.signal?.aborted) {
      const details = { cause: options.signal.reason, outcome: 'not done' } as const;
      throw new KvError('KV_ABORTED', 'called off before it began', details);
    }
    const timeoutMs = checkedTimeoutMs('timeoutMs', options?.timeoutMs ?? this.#settings.timeoutMs);
    const patience = new Patience(this.#environment.clock, { timeoutMs, signal: options?.signal });
    const result = work(patience);
    this.#underWay.add(result);
    try {
      return await result;
    } finally {
      this.#underWay.delete(result);
      patience.dispose();
    }
  }
}
