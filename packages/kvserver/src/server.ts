/**
 * KvServer: one server of a cluster. Its HTTP server, streams and service stay open while the supervisor
 * closes and reopens the node behind them.
 * Rule: a node whose memory is damaged makes no promise, casts no vote and answers no read.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type CurrentStatus, type DoneReply, type Request, rootUser } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { replaceTls } from './api/http/index.ts';
import { RequestIds } from './api/request-ids.ts';
import type { StreamListener } from './api/stream/index.ts';
import { type BackupOptions, openBackup } from './backup-stream.ts';
import { FairBound } from './budget/fair-bound.ts';
import { type ClientApi, createClientApi } from './client-api.ts';
import {
  type Address,
  type Config,
  type CredentialSettings,
  parseCredentials,
} from './config/settings.ts';
import { HealthMonitor } from './health/health-monitor.ts';
import { SlowRequests } from './health/slow-requests.ts';
import { Recorder } from './metrics/recorder.ts';
import { ServerMetrics } from './metrics/server-metrics.ts';
import { RequestTiming } from './replica/request-timing.ts';
import type { SubmitOptions } from './replica/submitter.ts';
import { closeServer } from './server-closing.ts';
import { type MetricFacts, readMetricFacts } from './server-metric-facts.ts';
import { currentChecks, statusOf, unavailableError } from './server-status.ts';
import { upgradeHandler } from './server-upgrades.ts';
import { KvService } from './service/kv-service.ts';
import { type ReadyOptions, whenReady } from './service/readiness.ts';
import { checkedRequest } from './service/request-checks.ts';
import { observerOf } from './service/request-observer.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';
import { systemClock } from './system/clock.ts';
import { createLogger } from './system/logger.ts';
import { MemoryWatch } from './system/memory-watch.ts';
import { readRecording } from './trace/recording.ts';
import { PeerSecurity } from './transport/security/peer-security.ts';

/** Parts of the server that a program may replace. */
export interface KvServerOptions {
  /** Default: JSON lines to standard error, at the level of the settings. */
  readonly logger?: Logger;
  /**
   * Opens the data directory; tests supply one that fails.
   *
   * @internal
   */
  readonly openData?: Exclude<SupervisorOptions['openData'], undefined>;
}

/** One server of a cluster, in this process. */
export class KvServer {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #supervisor: Supervisor;
  readonly #service: KvService;
  readonly #http: Server;
  readonly #sockets: ClientApi['sockets'];
  readonly #memory: MemoryWatch;
  readonly #security: PeerSecurity;
  readonly #streams: StreamListener;
  readonly #monitor: HealthMonitor;
  readonly #budget: FairBound;
  readonly #recorder = new Recorder();
  readonly #slowRequests: SlowRequests;
  readonly #ids = new RequestIds();
  #stopping: Promise<void> | undefined;
  #stopped: Promise<Error | undefined> = Promise.resolve(undefined);

  private constructor(options: Omit<SupervisorOptions, 'memory' | 'security' | 'recorder'>) {
    const { config, logger } = options;
    const { resources, limits } = config;
    this.#config = config;
    this.#logger = logger;
    this.#memory = new MemoryWatch({ resources, percentMax: limits.memoryPercentMax });
    this.#budget = new FairBound(limits.memoryBudgetBytes);
    this.#security = new PeerSecurity(config.peerCredentials);
    const [memory, security, recorder] = [this.#memory, this.#security, this.#recorder];
    this.#slowRequests = new SlowRequests({ logger, slowMs: config.slowRequestMs });
    const observer = observerOf(recorder, this.#slowRequests);
    this.#supervisor = new Supervisor({ ...options, memory, security, recorder });
    const unavailable = () => unavailableError(this.#supervisor);
    this.#service = new KvService(unavailable, observer, { isAuthRequired: config.auth });
    const api = createClientApi({
      ...{ config, logger, observer, service: this.#service, budget: this.#budget },
      requestIds: this.#ids,
      status: () => this.status(),
      metrics: new ServerMetrics(() => this.#metricFacts(config)),
      backup: (options) => this.backup(options),
      trace: config.trace
        ? () => readRecording(this.#supervisor.node, config.dataDirectory)
        : undefined,
      leader: () => this.#supervisor.node?.status.leader ?? null,
    });
    this.#http = api.http;
    this.#sockets = api.sockets;
    this.#streams = api.streams;
    this.#monitor = this.#createMonitor();
    this.#http.on('upgrade', upgradeHandler({ ...api, supervisor: this.#supervisor }));
  }

  /**
   * Resolves when the server listens and its node is open; no other server need be reachable.
   * It also resolves in the state `repairing`, while the server waits for space on a full disk.
   *
   * @throws DiskError, StateError, PaxosError; or the system's error if the server cannot listen at its address.
   */
  static async start(config: Config, options: KvServerOptions = {}): Promise<KvServer> {
    const logger = options.logger ?? createLogger(config, config.nodeId);
    const server = new KvServer({ ...options, config, logger });
    try {
      await server.#start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Resolves when the server has stopped, with the error if it gave up. */
  get stopped(): Promise<Error | undefined> {
    return this.#stopped;
  }

  /** The address at which the server listens. */
  get address(): Address {
    const address = this.#http.address();
    const { listenHost, listenPort } = this.#config;
    if (address === null || typeof address === 'string')
      return { host: listenHost, port: listenPort };
    return { host: address.address, port: address.port };
  }

  /**
   * Proves itself to other servers and to clients with these from now on; open connections stay. Nothing changes if it
   * throws.
   * @throws ConfigError if a setting is wrong, or a key or certificate cannot be read.
   */
  replaceCredentials(settings: CredentialSettings): void {
    const { peers, tls } = parseCredentials(this.#config, settings);
    if (tls !== undefined) replaceTls(this.#http, tls);
    this.#security.replace(peers);
  }

  /** What the server reports about itself at this moment. */
  status(): CurrentStatus {
    return statusOf(this.#config, this.#supervisor, {
      nowMs: systemClock.now(),
      majority: this.#monitor.stateOf('quorum'),
      election: this.#monitor.election,
    });
  }

  /**
   * Resolves when this server is ready, as `/readyz` reports it: it serves, a majority answers it, its state is
   * up to date, and its disk takes writes. That may change later, so each request still reports its own outcome.
   *
   * @throws KvError, each *not done*: `KV_ABORTED`, `KV_TIMEOUT`, and `KV_UNAVAILABLE` if it stops.
   */
  ready(options?: ReadyOptions): Promise<void> {
    const probed = { status: () => this.status(), probe: () => this.#supervisor.node?.probe() };
    return whenReady(probed, options);
  }

  /**
   * Submits a request of a program in this process; `new KvClient({ server })` of `@paxkv/client` calls it.
   * A request without a stamp takes effect again each time it is submitted.
   *
   * @throws KvError if the request is refused or cannot be answered; its `outcome` says whether it took
   * effect.
   */
  async submit(request: Request, options?: SubmitOptions): Promise<DoneReply> {
    const checked = checkedRequest(request);
    // A program in the same process could do everything anyway.
    const principal = this.#service.auth.isRequired ? { user: rootUser } : undefined;
    const origin = { transport: 'program', id: this.#ids.next() } as const;
    const timing = new RequestTiming(checked.command.type, origin);
    try {
      const reply = await this.#service.submit(checked, { timing, principal, ...options });
      // Safety: the session keeps this reply for retries, and the program may change the bytes that it gets.
      return reply.type === 'transact' ? structuredClone(reply) : reply;
    } finally {
      this.#slowRequests.onSent(timing);
    }
  }

  /**
   * Begins a backup of this server's state, and resolves with its bytes, in pieces; docs/backup-format.md. Take them to
   * the end, or call `return`: until then no other backup begins here, and disk space that is freed stays in use.
   *
   * @throws KvError, *not done*: `KV_UNAVAILABLE`, `KV_OVERLOADED` during another backup, and if it is linearizable
   *   also `KV_TIMEOUT` and `KV_ABORTED`. The pieces end with `KV_UNAVAILABLE` if the server stops.
   */
  async backup(options: BackupOptions = {}): Promise<AsyncIterableIterator<Uint8Array>> {
    const { node } = this.#supervisor;
    if (node === undefined) throw unavailableError(this.#supervisor);
    return openBackup(node, this.#config, options);
  }

  /** Waits up to a second for pending requests, then closes everything. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  #metricFacts(config: Config): Promise<MetricFacts> {
    return readMetricFacts(config, {
      ...{ status: this.status(), node: this.#supervisor.node, budget: this.#budget },
      ...{ sockets: this.#sockets, streams: this.#streams },
      ...{ recorder: this.#recorder, slowRequests: this.#slowRequests },
    });
  }

  #createMonitor(): HealthMonitor {
    const { now } = systemClock;
    const supervisor = this.#supervisor;
    return new HealthMonitor({
      logger: this.#logger,
      me: this.#config.nodeId,
      now,
      probe: () => supervisor.node?.probe(),
      checks: () => currentChecks(supervisor, now()),
      onDelay: (lateMs) => this.#recorder.delays.observe(lateMs),
      takeSlowWrites: () => supervisor.node?.takeSlowWrites() ?? { count: 0, longestMs: 0 },
    });
  }

  async #start(): Promise<void> {
    const { nodeId, listenHost, listenPort, warnings } = this.#config;
    this.#memory.start();
    for (const warning of warnings) this.#logger.warn({ warning }, 'questionable setting');
    this.#http.listen({ host: listenHost, port: listenPort, exclusive: true });
    await once(this.#http, 'listening');
    this.#monitor.start();
    await this.#supervisor.start({
      service: this.#service,
      onLeader: (leader) => {
        this.#monitor.onLeader(leader);
        this.#recorder.onLeader(leader);
        this.#streams.onLeader(leader ?? null);
      },
    });
    if (this.#supervisor.failure !== undefined) throw this.#supervisor.failure;
    this.#stopped = this.#untilStopped();
    this.#logger.info({ node: nodeId, ...this.address }, 'server started');
  }

  /** If the supervisor gives up, the server stops as well. */
  async #untilStopped(): Promise<Error | undefined> {
    await this.#supervisor.ended;
    try {
      await this.stop();
    } catch (error) {
      this.#logger.error({ error }, 'error while stopping the server');
    }
    return this.#supervisor.failure;
  }

  async #stop(): Promise<void> {
    const closed = closeServer(this.#http);
    this.#monitor.stop();
    this.#streams.sayGoodbye();
    await this.#supervisor.stop();
    this.#memory.stop();
    await this.#streams.close();
    this.#http.closeIdleConnections();
    await closed;
    this.#logger.info('server stopped');
  }
}
