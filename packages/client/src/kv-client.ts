/** `KvClient`, the entry point of the package: one logical store in front of many replicas. */
import type { StatusReply } from '@paxkv/protocol';
import { AuthAdmin } from './auth-admin.ts';
import { Calls } from './calls.ts';
import { Codec } from './codec.ts';
import { ClientEvents } from './diagnostics/client-events.ts';
import { Namespace } from './namespace.ts';
import { type CallOptions, type KvClientOptions, toSettings } from './options.ts';
import type { EndpointStatus } from './results.ts';
import { toEndpoint } from './retry/endpoints.ts';
import { reachOf } from './system-environment.ts';

/**
 * A client of a paxkv cluster. It connects at the first call.
 *
 * Calls are retried on other servers until one replies or `timeoutMs` has passed. A write takes effect at
 * most once, however often it was sent. Many calls may be in flight at once; their order is not
 * guaranteed. Keys are strings, stored as UTF-8, or bytes. Values are the same, unless the option `encoding` says
 * otherwise.
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
export class KvClient<const E = 'utf8'> extends Namespace<E> {
  /** What the client reports while it works: calls, retries, leaders, connections, sessions. */
  readonly events: ClientEvents;
  /** Users, roles and tokens; see docs/security.md. */
  readonly auth: AuthAdmin;
  readonly #calls: Calls;

  /** @throws TypeError if an option is unknown, missing or out of its range. */
  constructor(options: KvClientOptions<E>) {
    const settings = toSettings(options);
    const events = new ClientEvents();
    const calls = new Calls({ settings, ...reachOf(options, settings), events });
    super(calls, Codec.of(options.encoding));
    this.events = events;
    this.#calls = calls;
    this.auth = new AuthAdmin(calls.auth);
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
}
