/** `KvClient`, the entry point of the package: one logical store in front of many replicas. */
import type { StatusReply } from '@paxkv/protocol';
import { AuthAdmin } from './auth-admin.ts';
import { Calls } from './calls.ts';
import { Codec } from './codec.ts';
import { ClientEvents } from './diagnostics/client-events.ts';
import { toKeyBytes, type Writable } from './encoding.ts';
import {
  type CampaignOptions,
  campaign,
  type HeldLeadership,
  type Leadership,
  runLeading,
} from './lease/election.ts';
import { grant } from './lease/grant.ts';
import type { LockOptions } from './lease/head-of-line.ts';
import { type Leader, leaders } from './lease/leaders.ts';
import type { Lease } from './lease/lease.ts';
import type { LeaseParts } from './lease/lease-calls.ts';
import { Leases } from './lease/leases.ts';
import { acquire, type HeldLock, type Lock, runLocked } from './lease/lock.ts';
import { Namespace } from './namespace.ts';
import { type CallOptions, type KvClientOptions, toSettings } from './options.ts';
import type { EndpointStatus } from './results.ts';
import { toEndpoint } from './retry/endpoints.ts';
import { reachOf } from './system-environment.ts';
import type { Value, WritableValue } from './value-encoding.ts';

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
  /** Leases by their ids; `lease` makes one that renews itself. */
  readonly leases: Leases;
  readonly #calls: Calls;
  readonly #codec: Codec<E>;

  /** @throws TypeError if an option is unknown, missing or out of its range. */
  constructor(options: KvClientOptions<E>) {
    const settings = toSettings(options);
    const events = new ClientEvents();
    const calls = new Calls({ settings, ...reachOf(options, settings), events });
    const codec = Codec.of<E>(options.encoding);
    super(calls, codec);
    this.events = events;
    this.#calls = calls;
    this.#codec = codec;
    this.auth = new AuthAdmin(calls.auth);
    this.leases = new Leases(calls);
  }

  /**
   * Makes a lease, to which keys can be attached by `put`. It renews itself until it is revoked or lost.
   *
   * @param options `ttlMs`: from 1,000 to 86,400,000.
   * @throws KvError with the outcome, `KV_LEASE_LIMIT` if there are too many; TypeError on misuse.
   */
  lease(options: CallOptions & { readonly ttlMs: number }): Promise<Lease> {
    return grant(this.#leaseParts, options);
  }

  /**
   * Waits for the lock of this name, in the order in which clients came, and resolves when this client holds it. With
   * `work`, runs it and releases the lock, and resolves with what `work` returns. A client that waits looks at the one
   * before it up to four times a second.
   *
   * @param name 1 to 1001 bytes. The keys that begin with it and a slash are those of the clients that wait.
   * @throws KvError with the outcome: `KV_ABORTED`, *not done*, if the signal ends the wait; `KV_LEASE_LOST` if the lock
   *   was lost before `work` had ended; what `work` throws; TypeError on misuse.
   * @example
   * ```ts
   * await using lock = await client.lock('locks/report', { ttlMs: 10_000 });
   * await client.transact({ if: [lock.held], then: [{ type: 'put', key: 'report', value: 'mine' }] });
   * ```
   */
  lock(name: Writable, options: LockOptions): Promise<Lock>;
  lock<T>(name: Writable, options: LockOptions, work: (lock: HeldLock) => Promise<T>): Promise<T>;
  async lock<T>(name: Writable, options: LockOptions, work?: (lock: HeldLock) => Promise<T>) {
    const lock = await acquire(this.#leaseParts, toKeyBytes(name), options);
    return work === undefined ? lock : runLocked(lock, work);
  }

  /**
   * Stands for election under this name, and resolves when this client leads: once all that came before have resigned or
   * are gone. A leader is the holder of the lock of the same name, and announces a value. With `work`, runs it and
   * resigns, and resolves with what `work` returns.
   *
   * @param name as for `lock`.
   * @throws KvError with the outcome: `KV_ABORTED`, *not done*, if the signal ends the wait; `KV_LEASE_LOST` if another
   *   client may lead before `work` has ended; what `work` throws; TypeError on misuse.
   * @example
   * ```ts
   * await using leadership = await client.campaign('elections/mail', { ttlMs: 10_000, value: 'host-1' });
   * await leadership.proclaim('host-1, ready');
   * ```
   */
  campaign(
    name: Writable,
    options: CampaignOptions<WritableValue<E>>,
  ): Promise<Leadership<WritableValue<E>>>;
  campaign<T>(
    name: Writable,
    options: CampaignOptions<WritableValue<E>>,
    work: (leadership: HeldLeadership<WritableValue<E>>) => Promise<T>,
  ): Promise<T>;
  async campaign<T>(
    name: Writable,
    options: CampaignOptions<WritableValue<E>>,
    work?: (leadership: HeldLeadership<WritableValue<E>>) => Promise<T>,
  ) {
    const toValue = (value: WritableValue<E>) => this.#codec.toValue(value);
    const parts = { ...this.#leaseParts, toValue };
    const leadership = await campaign(parts, toKeyBytes(name), options);
    return work === undefined ? leadership : runLeading(leadership, work);
  }

  /**
   * The leaders under this name, one after the other: first the present one, then each new one, and each value that one
   * announces. `undefined` stands for nobody. It goes on, whatever servers fail, until its signal fires. A leader that was
   * followed by another is left out only if this client falls so far behind that no server has the changes any more.
   *
   * @param name as for `lock`.
   * @throws TypeError on misuse; reading it, KvError, always *not done*: as a watch, but never `KV_COMPACTED`.
   * @example
   * ```ts
   * for await (const leader of client.leader('elections/mail')) console.log(leader?.value ?? 'nobody');
   * ```
   */
  leader(name: Writable, options?: CallOptions): AsyncIterable<Leader<Value<E>> | undefined> {
    const { clock } = this.#calls.retryParts;
    const fromValue = (stored: Uint8Array) => this.#codec.fromValue(stored);
    return leaders({ calls: this.#calls, clock, fromValue }, toKeyBytes(name), options);
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

  get #leaseParts(): LeaseParts {
    const { clock, random } = this.#calls.retryParts;
    return { calls: this.#calls, clock, random };
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
