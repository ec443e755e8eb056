/**
 * KvServer: one node of a cluster and its doors. They stay open while the node inside is closed and
 * opened again after trouble with its memory.
 * Rule: a node whose memory is damaged makes no promise, casts no vote and answers no read.
 */
import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DoneReply, Reply, Request } from '@paxkv/protocol';
import { KvError, paths, type StatusReply } from '@paxkv/protocol';
import type { Logger } from 'pino';
import { createApp, endWithError } from './api/http/index.ts';
import { StreamListener } from './api/stream/index.ts';
import type { Address, Config } from './config/settings.ts';
import type { NodeStatus } from './node.ts';
import type { SubmitOptions } from './replica/submitter.ts';
import { checkedRequest } from './service/checked-request.ts';
import { type ReadyOptions, whenReady } from './service/readiness.ts';
import { submit } from './service/submit.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';
import { createLogger } from './system/logger.ts';
import { version } from './system/version.ts';
import { peerPath } from './transport/handshake.ts';

/** How long a stop waits for clients to take their answers. */
const drainMs = 1000;

/** What a program may bring instead of the server's own. */
export interface KvServerOptions {
  /** By default JSON lines to standard error, at the level of the settings. */
  readonly logger?: Logger;
  /**
   * Opens the data directory; for tests that have it fail.
   *
   * @internal
   */
  readonly openData?: Exclude<SupervisorOptions['openData'], undefined>;
}

/** One server of a cluster, in this process. */
export class KvServer {
  /** Resolves when the server has stopped: with an error if it gave up by itself. */
  readonly stopped: Promise<Error | undefined>;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #http: Server;
  readonly #streams: StreamListener;
  readonly #life: Supervisor;
  #isStopping = false;
  #stopping: Promise<void> | undefined;
  #onStopped: (error: Error | undefined) => void = () => {};

  private constructor({ config, logger, ...options }: SupervisorOptions) {
    this.#config = config;
    this.#logger = logger;
    this.#life = new Supervisor({
      ...{ config, logger, ...options },
      onLeader: (leader) => this.#streams.onLeader(leader ?? null),
    });
    this.stopped = new Promise((resolve) => {
      this.#onStopped = resolve;
    });
    const parts = {
      submitter: {
        submit: (request: Request, options?: SubmitOptions) => this.#submit(request, options),
      },
      logger,
      hostNames: config.addresses.map(({ host }) => host),
    };
    this.#http = createApp({ ...parts, status: () => this.status(), limits: config.http }).server;
    this.#streams = new StreamListener({
      ...parts,
      node: config.nodeId,
      addresses: config.addresses.map(toText),
      leader: () => this.#life.node?.status.leader ?? null,
    });
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Resolves when the server listens and has joined the others; it need not have reached any of them.
   * It resolves too, `repairing`, while it waits for a full disk to have room again.
   *
   * @throws DiskError, StateError, PaxosError; or the system's error if the address cannot be had.
   */
  static async start(config: Config, options: KvServerOptions = {}): Promise<KvServer> {
    const logger = options.logger ?? createLogger(config.logLevel, config.nodeId);
    const server = new KvServer({ ...options, config, logger });
    try {
      await server.#start();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** Where it listens. */
  get address(): Address {
    const address = this.#http.address();
    const { listenHost, listenPort } = this.#config;
    if (address === null || typeof address === 'string')
      return { host: listenHost, port: listenPort };
    return { host: address.address, port: address.port };
  }

  /** How the server sees itself at this moment. */
  status(): StatusReply {
    const node = this.#life.node?.status;
    const reason = this.#reasonOf(node);
    return {
      node: this.#config.nodeId,
      cluster: this.#config.clusterId,
      state: this.#stateOf(node?.state),
      ...(reason === undefined ? {} : { reason }),
      applied: node?.applied ?? -1,
      min: node?.min ?? 0,
      max: node?.max ?? -1,
      revision: node?.revision ?? 0,
      sessions: node?.sessions ?? 0,
      pending: node?.pending ?? 0,
      leader: node?.leader ?? null,
      peers: node?.peers ?? [],
      residentBytes: process.memoryUsage.rss(),
      uptimeMs: Math.round(process.uptime() * 1000),
      version,
    };
  }

  /**
   * Resolves when this server serves reads and writes: it has joined the others, and a majority has
   * confirmed a read. That may change later, so each request still says by itself how it went.
   *
   * @throws KvError, each *not done*: `KV_ABORTED`, `KV_TIMEOUT`, and `KV_UNAVAILABLE` if it stops.
   */
  ready(options?: ReadyOptions): Promise<void> {
    const submit = this.#submit.bind(this);
    return whenReady({ submit, status: () => this.status() }, options);
  }

  /**
   * Takes a request of a program in this process; `new KvClient({ server })` of `@paxkv/client` calls it.
   * A request without a stamp takes effect again each time it is submitted.
   *
   * @throws KvError where the request is refused or cannot be answered; its `outcome` says whether it
   * took effect.
   */
  async submit(request: Request, options?: SubmitOptions): Promise<DoneReply> {
    const submitter = { submit: this.#submit.bind(this) };
    return submit(submitter, checkedRequest(request), options);
  }

  /** Answers what is under way, within bounds, then lets go of everything. May be called more than once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #start(): Promise<void> {
    const { nodeId, listenHost, listenPort, warnings } = this.#config;
    for (const warning of warnings) this.#logger.warn({ warning }, 'settings doubted');
    this.#http.listen({ host: listenHost, port: listenPort, exclusive: true });
    await once(this.#http, 'listening');
    await this.#life.start();
    if (this.#life.failure !== undefined) throw this.#life.failure;
    // Should the node end by itself, the doors close too.
    this.#life.ended.then(() => this.stop()).catch(() => {});
    this.#logger.info({ node: nodeId, ...this.address }, 'server started');
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { node } = this.#life;
    if (request.url === paths.stream) this.#streams.handleUpgrade(request, socket, head);
    else if (request.url !== peerPath) endWithError(socket, noUpgrade());
    else if (node === undefined) endWithError(socket, this.#unavailable());
    else node.handleUpgrade(request, socket, head);
  }

  #submit(request: Request, options?: SubmitOptions): Promise<Reply> {
    const { node } = this.#life;
    if (node !== undefined && !this.#isStopping) return node.submit(request, options);
    return Promise.reject(this.#unavailable());
  }

  #unavailable(): KvError {
    const node = this.#life.node?.status;
    const state = this.#stateOf(node?.state);
    const reason = this.#reasonOf(node);
    const why = reason === undefined ? '' : `: ${reason}`;
    return new KvError('KV_UNAVAILABLE', `This server is ${state}${why}`.replace(/\.?$/, '.'));
  }

  #reasonOf(node: NodeStatus | undefined): string | undefined {
    return this.#life.failure?.message ?? this.#life.currentError?.message ?? node?.reason;
  }

  #stateOf(state: NodeStatus['state'] | undefined): StatusReply['state'] {
    if (this.#isStopping) return 'stopping';
    if (this.#life.failure !== undefined) return 'failed';
    if (this.#life.currentError !== undefined) return 'repairing';
    if (state === undefined || state === 'joining') return 'starting';
    return state;
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    const closed = closeServer(this.#http);
    this.#streams.sayGoodbye();
    await this.#life.stop();
    await this.#streams.close();
    this.#http.closeIdleConnections();
    await closed;
    this.#logger.info('server stopped');
    this.#onStopped(this.#life.failure);
  }
}

/** Takes no new connection, ends idle ones, and cuts those that do not end in time. */
async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), drainMs);
  await closed;
  clearTimeout(timer);
}

function toText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function noUpgrade(): KvError {
  return new KvError('KV_BAD_REQUEST', 'This server upgrades to nothing.');
}
