/** `KvClient`, the entry point of the package: one logical store in front of many replicas. */
import {
  type CommandOf,
  KvError,
  type Request,
  type StatusReply,
  type Entry as StoredEntry,
  type WriteType,
} from '@paxkv/protocol';
import { AuthAdmin } from './auth-admin.ts';
import { reported } from './diagnostics/call-report.ts';
import { ClientEvents } from './diagnostics/client-events.ts';
import { exchangeListener } from './diagnostics/exchange-listener.ts';
import {
  decoderOf,
  type Encoding,
  toInteger,
  toKeyBytes,
  toValueBytes,
  type Values,
  type Writable,
} from './encoding.ts';
import type { Environment } from './environment.ts';
import { inProcessEndpoint } from './in-process/direct-exchange.ts';
import {
  type CallOptions,
  callOptionNames,
  type GetOptions,
  getOptionNames,
  type KvClientOptions,
  type Settings,
  toCallLimits,
  toConsistency,
  toSettings,
} from './options.ts';
import type { ReplyTo } from './request.ts';
import type { EndpointStatus, Entry, WriteResult } from './results.ts';
import { CallDeadline, DeadlineTimer } from './retry/deadlines.ts';
import { Endpoints, toEndpoint, toEndpoints } from './retry/endpoints.ts';
import { Retry } from './retry/retry.ts';
import { SessionWriter } from './session/session-writer.ts';
import { inProcessEnvironment, systemEnvironment } from './system-environment.ts';

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
 * await client.get('shape'); // undefined
 * await client.close();
 * ```
 */
export class KvClient<E extends Encoding = 'utf8'> {
  /** What the client reports while it works: calls, retries, leaders, connections, sessions. */
  readonly events = new ClientEvents();
  /** Users, roles and tokens; see docs/security.md. */
  readonly auth: AuthAdmin = new AuthAdmin({
    read: (options) => this.#read({ type: 'getAuth' }, options),
    write: (command, options) => this.#write(command, options),
  });
  readonly #settings: Settings;
  readonly #environment: Environment;
  readonly #endpoints: Endpoints;
  readonly #retry: Retry;
  readonly #writer: SessionWriter;
  readonly #decode: (bytes: Uint8Array) => Values[E];
  #inFlightCount = 0;
  #onIdle = () => {};
  #closing: Promise<void> | undefined;

  /** @throws TypeError if an option is unknown, missing or out of its range. */
  constructor(options: KvClientOptions<E>) {
    this.#settings = toSettings(options);
    this.#decode = decoderOf(options.encoding);
    const { server } = options;
    const endpoints = server === undefined ? toEndpoints(options.endpoints) : [inProcessEndpoint];
    const environment =
      options.environment ??
      (server === undefined
        ? systemEnvironment(this.#settings.transport, this.#settings.credentials)
        : inProcessEnvironment(server));
    const { clock, random } = environment;
    const timer = new DeadlineTimer(clock);
    const { events } = this;
    environment.exchange.observe?.(exchangeListener(events));
    this.#environment = environment;
    this.#endpoints = new Endpoints(endpoints, random.next());
    const settings = this.#settings;
    const shared = { environment, timer, settings, events };
    this.#retry = new Retry({ ...shared, endpoints: this.#endpoints });
    const parts = { clock, timer, retry: this.#retry, events };
    this.#writer = new SessionWriter(this.#settings.name, parts);
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

  /**
   * Sets the key's value. Resolves once a majority of servers has stored the write.
   *
   * @param key 1 to 1024 bytes.
   * @param value at most 1 MiB.
   * @throws KvError with the outcome; TypeError on misuse.
   */
  async put(key: Writable, value: Writable, options?: CallOptions): Promise<WriteResult<'put'>> {
    const command = { type: 'put', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    const { revision } = await this.#write(command, options);
    return { revision };
  }

  /**
   * Adds `value` to the end of the key's value; an absent key counts as empty. The result may have at most
   * 1 MiB.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  async append(
    key: Writable,
    value: Writable,
    options?: CallOptions,
  ): Promise<WriteResult<'append'>> {
    const command = { type: 'append', key: toKeyBytes(key), value: toValueBytes(value) } as const;
    const { revision, length } = await this.#write(command, options);
    return { revision, length };
  }

  /**
   * Removes the key. `deleted` is true if the key was present.
   *
   * @throws KvError with the outcome; TypeError on misuse.
   */
  async delete(key: Writable, options?: CallOptions): Promise<WriteResult<'delete'>> {
    const command = { type: 'delete', key: toKeyBytes(key) } as const;
    const { revision, deleted } = await this.#write(command, options);
    return { revision, deleted };
  }

  /**
   * Adds `by` to a counter and returns the sum. A counter is a value that is a 64-bit integer in decimal,
   * such as `-7`; an absent key counts as 0.
   *
   * @param by a 64-bit integer; as a number it must be a safe integer. Default 1.
   * @throws KvError with the outcome, `KV_NOT_A_COUNTER` if the value or the sum is no 64-bit integer;
   *   TypeError on misuse.
   */
  async increment(
    key: Writable,
    by: bigint | number = 1n,
    options?: CallOptions,
  ): Promise<WriteResult<'increment'>> {
    const command = { type: 'increment', key: toKeyBytes(key), by: toInteger(by) } as const;
    const { revision, value } = await this.#write(command, options);
    return { revision, value };
  }

  /**
   * The status of the server at `endpoint`, which is asked once. Without `endpoint`, the status of any server.
   *
   * @throws KvError, always `not done`; TypeError on misuse.
   */
  async status(endpoint?: string, options?: CallOptions): Promise<StatusReply> {
    const request = { command: { type: 'status' } } as const;
    const { status } = await this.#call('status', { options }, (deadline) =>
      endpoint === undefined
        ? this.#retry.send(request, this.#retry.newCall('status', deadline))
        : this.#retry.sendOnce(request, toEndpoint(endpoint), deadline),
    );
    return status;
  }

  /** The status of each server in the order of `endpoints`, or the error of the request for it. */
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

  /** Refuses further calls, waits for those in flight and closes connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
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
    const { entry } = await this.#read({ type: 'get', key: toKeyBytes(key) }, options);
    return entry && toResult(entry);
  }

  #read<C extends CommandOf<'get' | 'getAuth'>>(
    command: C,
    options: GetOptions | undefined,
  ): Promise<ReplyTo<Request<C>>> {
    return this.#call(command.type, { options, names: getOptionNames }, (deadline) => {
      const request = { command, consistency: toConsistency(options?.consistency) };
      return this.#retry.send(request, this.#retry.newCall(command.type, deadline));
    });
  }

  #write<C extends CommandOf<WriteType>>(
    command: C,
    options: CallOptions | undefined,
  ): Promise<ReplyTo<Request<C>>> {
    return this.#call(command.type, { options }, (deadline) =>
      this.#writer.write(command, deadline),
    );
  }

  /** Does the work of one call, and reports how it ended. */
  async #call<T>(
    operation: string,
    {
      options,
      names = callOptionNames,
    }: { options: CallOptions | undefined; names?: readonly string[] },
    work: (deadline: CallDeadline) => Promise<T>,
  ): Promise<T> {
    const deadline = this.#begin(options, names);
    try {
      const { clock } = this.#environment;
      return await reported({ events: this.events, clock, operation }, deadline, work);
    } finally {
      this.#end(deadline);
    }
  }

  async #close(): Promise<void> {
    if (this.#inFlightCount > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.#environment.exchange.close();
  }

  #begin(options: CallOptions | undefined, names: readonly string[]): CallDeadline {
    if (this.#closing !== undefined) {
      throw new KvError('KV_CLOSED', 'the client was closed before this call');
    }
    const limits = toCallLimits(options, names, this.#settings);
    if (limits.signal?.aborted) {
      const details = { cause: limits.signal.reason, outcome: 'not done' } as const;
      throw new KvError('KV_ABORTED', 'the signal had fired before this call', details);
    }
    const deadline = new CallDeadline(this.#environment.clock, limits);
    this.#inFlightCount += 1;
    return deadline;
  }

  #end(deadline: CallDeadline): void {
    deadline.dispose();
    this.#inFlightCount -= 1;
    if (this.#inFlightCount === 0) {
      this.#onIdle();
    }
  }
}
