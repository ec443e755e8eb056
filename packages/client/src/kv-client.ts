/** The door: one logical store in front of many replicas. */
import type {
  AppendReply,
  DeleteReply,
  PutReply,
  SessionStamp,
  StatusReply,
  Versions,
} from '@paxkv/protocol';
import { KvError } from '@paxkv/protocol';
import {
  decoderOf,
  type Encoding,
  toKeyBytes,
  toValueBytes,
  type Values,
  type Writable,
} from './encoding.ts';
import type { Environment } from './environment.ts';
import { inProcessEndpoint } from './in-process/direct-exchange.ts';
import {
  type CallOptions,
  checkedConsistency,
  checkedTimeoutMs,
  type GetOptions,
  type KvClientOptions,
  type Settings,
  toSettings,
} from './options.ts';
import type { GetRequest } from './request.ts';
import { Tally } from './retry/attempts-outcome.ts';
import { Patience } from './retry/call-deadline.ts';
import { Deadlines } from './retry/deadlines.ts';
import { Endpoints, toEndpoint, toEndpoints } from './retry/endpoints.ts';
import { type Pursuit, Retry } from './retry/retry.ts';
import { Entrance } from './session/admission.ts';
import { Writer } from './session/writer.ts';
import { inProcessEnvironment, systemEnvironment } from './system-environment.ts';

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
  #underWayCount = 0;
  #onIdle = () => {};
  #closing: Promise<void> | undefined;

  /** @throws TypeError if an option makes no sense. */
  constructor(options: KvClientOptions<E>) {
    this.#settings = toSettings(options);
    this.#decode = decoderOf(options.encoding);
    const { server } = options;
    this.#environment =
      options.environment ??
      (server === undefined
        ? systemEnvironment(this.#settings.transport)
        : inProcessEnvironment(server));
    const { clock, random } = this.#environment;
    const endpoints = server === undefined ? toEndpoints(options.endpoints) : [inProcessEndpoint];
    this.#endpoints = new Endpoints(endpoints, random.next());
    const deadlines = new Deadlines(clock);
    const parts = { endpoints: this.#endpoints, deadlines, settings: this.#settings };
    this.#retry = new Retry(this.#environment, parts);
    const entrance = new Entrance(this.#settings.name, { clock, deadlines, retry: this.#retry });
    this.#writer = new Writer(entrance, this.#retry);
  }

  /** The key's value, or `undefined` if it is absent. Sees every write that was acknowledged before. */
  async get(key: Writable, options?: GetOptions): Promise<Values[E] | undefined> {
    const patience = this.#begin(options);
    try {
      const { entry } = await this.#retry.pursue(toGet(key, options), toPursuit('get', patience));
      return entry && this.#decode(entry.value);
    } finally {
      this.#end(patience);
    }
  }

  /** The key's value with its versions, or `undefined` if it is absent. */
  async getEntry(key: Writable, options?: GetOptions): Promise<Entry<Values[E]> | undefined> {
    const patience = this.#begin(options);
    try {
      const { entry } = await this.#retry.pursue(toGet(key, options), toPursuit('get', patience));
      return entry && { ...entry, value: this.#decode(entry.value) };
    } finally {
      this.#end(patience);
    }
  }

  /** Sets the key's value. */
  async put(key: Writable, value: Writable, options?: CallOptions): Promise<PutReply> {
    const patience = this.#begin(options);
    try {
      const pair = { key: toKeyBytes(key), value: toValueBytes(value) };
      const toRequest = (stamp: SessionStamp) => ({ type: 'put', ...pair, stamp }) as const;
      const { revision } = await this.#writer.write(toRequest, patience);
      return { revision };
    } finally {
      this.#end(patience);
    }
  }

  /** Adds to the end of the key's value; an absent key counts as empty. */
  async append(key: Writable, value: Writable, options?: CallOptions): Promise<AppendReply> {
    const patience = this.#begin(options);
    try {
      const pair = { key: toKeyBytes(key), value: toValueBytes(value) };
      const toRequest = (stamp: SessionStamp) => ({ type: 'append', ...pair, stamp }) as const;
      const { revision, length } = await this.#writer.write(toRequest, patience);
      return { revision, length };
    } finally {
      this.#end(patience);
    }
  }

  /** Removes the key; `deleted` tells whether it was there. */
  async delete(key: Writable, options?: CallOptions): Promise<DeleteReply> {
    const patience = this.#begin(options);
    try {
      const bytes = toKeyBytes(key);
      const toRequest = (stamp: SessionStamp) => ({ type: 'delete', key: bytes, stamp }) as const;
      const { revision, deleted } = await this.#writer.write(toRequest, patience);
      return { revision, deleted };
    } finally {
      this.#end(patience);
    }
  }

  /** What `endpoint` says of itself, asked once; without `endpoint`, what any server says. */
  async status(endpoint?: string, options?: CallOptions): Promise<StatusReply> {
    const request = { type: 'status' } as const;
    const patience = this.#begin(options);
    try {
      const { status } =
        endpoint === undefined
          ? await this.#retry.pursue(request, toPursuit('status', patience))
          : await this.#retry.askOnce(toEndpoint(endpoint), request, patience);
      return status;
    } finally {
      this.#end(patience);
    }
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

  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    if (this.#underWayCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#environment.exchange.close();
  }

  #begin(options: CallOptions | undefined): Patience {
    if (this.#closing !== undefined) {
      throw new KvError('KV_CLOSED', 'the client was closed before this call');
    }
    if (options?.signal?.aborted) {
      const details = { cause: options.signal.reason, outcome: 'not done' } as const;
      throw new KvError('KV_ABORTED', 'called off before it began', details);
    }
    const timeoutMs = checkedTimeoutMs('timeoutMs', options?.timeoutMs ?? this.#settings.timeoutMs);
    const patience = new Patience(this.#environment.clock, { timeoutMs, signal: options?.signal });
    this.#underWayCount += 1;
    return patience;
  }

  #end(patience: Patience): void {
    patience.dispose();
    this.#underWayCount -= 1;
    if (this.#underWayCount === 0) {
      this.#onIdle();
    }
  }
}

function toGet(key: Writable, options: GetOptions | undefined): GetRequest {
  return {
    type: 'get',
    key: toKeyBytes(key),
    consistency: checkedConsistency(options?.consistency),
  };
}

function toPursuit(name: string, patience: Patience): Pursuit {
  return { patience, tally: new Tally(name) };
}
