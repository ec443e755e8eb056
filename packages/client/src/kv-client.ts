/** The door: one logical store in front of many replicas. */
import {
  type CommandOf,
  KvError,
  type ReplyOf,
  type Request,
  type StatusReply,
  type Versions,
  type WriteType,
} from '@paxkv/protocol';
import {
  decoderOf,
  type Encoding,
  toKeyBytes,
  toValueBytes,
  type Values,
  type Writable,
} from './encoding.ts';
import type { Environment } from './environment.ts';
import {
  type CallOptions,
  checkedConsistency,
  checkedTimeoutMs,
  type GetOptions,
  type KvClientOptions,
  type Settings,
  toSettings,
} from './options.ts';
import type { ReplyTo } from './request.ts';
import { Tally } from './retry/attempts-outcome.ts';
import { Patience } from './retry/call-deadline.ts';
import { Deadlines } from './retry/deadlines.ts';
import { Endpoints, toEndpoint, toEndpoints } from './retry/endpoints.ts';
import { type Pursuit, Retry } from './retry/retry.ts';
import { Entrance } from './session/admission.ts';
import { Writer } from './session/writer.ts';
import { systemEnvironment } from './system-environment.ts';

/** A present key: its value and where it stands in the history of the store. */
export interface Entry<V> extends Versions {
  readonly value: V;
}

/** What a write was answered with. */
export type Result<T extends WriteType> = Omit<ReplyOf<T>, 'type'>;

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
    this.#environment = options.environment ?? systemEnvironment(this.#settings.transport);
    const { clock, random } = this.#environment;
    this.#endpoints = new Endpoints(toEndpoints(options.endpoints), random.next());
    const deadlines = new Deadlines(clock);
    const parts = { endpoints: this.#endpoints, deadlines, settings: this.#settings };
    this.#retry = new Retry(this.#environment, parts);
    const entrance = new Entrance(this.#settings.name, { clock, deadlines, retry: this.#retry });
    this.#writer = new Writer(entrance, this.#retry);
  }

  /** The key's value, or `undefined` if it is absent. Sees every write that was acknowledged before. */
  async get(key: Writable, options?: GetOptions): Promise<Values[E] | undefined> {
    const { entry } = await this.#get(key, options);
    return entry && this.#decode(entry.value);
  }

  /** The key's value with its versions, or `undefined` if it is absent. */
  async getEntry(key: Writable, options?: GetOptions): Promise<Entry<Values[E]> | undefined> {
    const { entry } = await this.#get(key, options);
    return entry && { ...entry, value: this.#decode(entry.value) };
  }

  /** Sets the key's value. */
  async put(key: Writable, value: Writable, options?: CallOptions): Promise<Result<'put'>> {
    const command = { type: 'put', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    const { revision } = await this.#write(command, options);
    return { revision };
  }

  /** Adds to the end of the key's value; an absent key counts as empty. */
  async append(key: Writable, value: Writable, options?: CallOptions): Promise<Result<'append'>> {
    const command = { type: 'append', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    const { revision, length } = await this.#write(command, options);
    return { revision, length };
  }

  /** Removes the key; `deleted` tells whether it was there. */
  async delete(key: Writable, options?: CallOptions): Promise<Result<'delete'>> {
    const command = { type: 'delete', key: toKeyBytes(key) } as const;
    const { revision, deleted } = await this.#write(command, options);
    return { revision, deleted };
  }

  /**
   * Adds `by`, a whole number of 64 bits, to a counter: a value that is such a number in decimal. An absent
   * key counts as 0. Any other value, and a sum beyond 64 bits, gives `KV_NOT_A_COUNTER`, not done.
   */
  async increment(
    key: Writable,
    by: bigint | number = 1n,
    options?: CallOptions,
  ): Promise<Result<'increment'>> {
    const command = { type: 'increment', key: toKeyBytes(key), by: toInteger(by) } as const;
    const { revision, value } = await this.#write(command, options);
    return { revision, value };
  }

  /** What `endpoint` says of itself, asked once; without `endpoint`, what any server says. */
  async status(endpoint?: string, options?: CallOptions): Promise<StatusReply> {
    const request = { command: { type: 'status' } } as const;
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

  async #get(key: Writable, options: GetOptions | undefined): Promise<ReplyOf<'get'>> {
    const patience = this.#begin(options);
    try {
      const command = { type: 'get', key: toKeyBytes(key) } as const;
      const consistency = checkedConsistency(options?.consistency);
      return await this.#retry.pursue({ command, consistency }, toPursuit('get', patience));
    } finally {
      this.#end(patience);
    }
  }

  async #write<C extends CommandOf<WriteType>>(
    command: C,
    options: CallOptions | undefined,
  ): Promise<ReplyTo<Request<C>>> {
    const patience = this.#begin(options);
    try {
      return await this.#writer.write(command, patience);
    } finally {
      this.#end(patience);
    }
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

function toPursuit(name: string, patience: Patience): Pursuit {
  return { patience, tally: new Tally(name) };
}

/** @throws TypeError unless it is a whole number of 64 bits; a number must be exact. */
function toInteger(by: bigint | number): bigint {
  const integer = Number.isSafeInteger(by) ? BigInt(by) : by;
  if (typeof integer === 'bigint' && BigInt.asIntN(64, integer) === integer) return integer;
  throw new TypeError(
    `by is ${by}; it must be a whole number of 64 bits, and a safe one as a number`,
  );
}
