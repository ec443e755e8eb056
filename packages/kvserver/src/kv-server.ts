/**
 * KvServer: one node of a cluster. It starts its parts from the bottom up, stops them from the top
 * down, and is the only file that makes them.
 * Rule: a node whose memory is damaged makes no promise, casts no vote and answers no read.
 */
import { once } from 'node:events';
import type { Server } from 'node:http';
import { KvError } from '@paxkv/client/errors';
import type { StatusReply } from '@paxkv/client/protocol';
import type { Logger } from 'pino';
import type { Address, Config } from './config.ts';
import { type DataDirectory, DiskError, openDataDirectory } from './disk/index.ts';
import { createApp, endWithError } from './http/index.ts';
import { createLogger } from './node/logger.ts';
import { systemClock } from './node/system-clock.ts';
import { systemRandom } from './node/system-random.ts';
import { version } from './node/version.ts';
import { peerPath } from './peers/handshake.ts';
import { defaultPeerLimits } from './peers/limits.ts';
import { PeerTransport } from './peers/peer-transport.ts';
import { Replica } from './replica/index.ts';
import type { Reply, Request } from './state-machine/command.ts';
import { StateError } from './state-machine/state-error.ts';

/** How long a stop waits for clients to take their answers. */
const drainMs = 1000;

/** Refusals after which the process stays up and says why, for operators and probes. */
const quarantineCodes: readonly string[] = [
  'DISK_JOURNAL_DAMAGED',
  'DISK_AMNESIA',
  'DISK_STATE_DAMAGED',
  'STATE_DAMAGED',
];

export interface KvServerOptions {
  /** By default JSON lines to standard error, at the level of the settings. */
  readonly logger?: Logger;
}

export class KvServer {
  /** Resolves when the server has stopped: with an error if it did so by itself. */
  readonly stopped: Promise<Error | undefined>;
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #http: Server;
  #data: DataDirectory | undefined;
  #peers: PeerTransport | undefined;
  #replica: Replica | undefined;
  #failure: Error | undefined;
  #isStopping = false;
  #stopping: Promise<void> | undefined;
  #onStopped: (error: Error | undefined) => void = () => {};

  private constructor(config: Config, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    this.stopped = new Promise((resolve) => {
      this.#onStopped = resolve;
    });
    this.#http = createApp({
      submitter: { submit: (request, options) => this.#submit(request, options) },
      status: () => this.status(),
      logger,
      limits: config.http,
      hostNames: config.addresses.map(({ host }) => host),
    }).server;
    this.#http.on('upgrade', (request, socket, head) => {
      const isPeer = request.url === peerPath;
      if (isPeer && this.#peers !== undefined) this.#peers.handleUpgrade(request, socket, head);
      else endWithError(socket, isPeer ? this.#unavailable() : noUpgrade());
    });
  }

  /**
   * Resolves when the server listens and has joined the others; it need not have reached any of them.
   * With a damaged journal or state it resolves too, `failed`, and does nothing but say so.
   *
   * @throws DiskError, StateError, PaxosError; or the system's error if the address cannot be had.
   */
  static async start(config: Config, options: KvServerOptions = {}): Promise<KvServer> {
    const logger = options.logger ?? createLogger(config.logLevel, config.nodeId);
    const server = new KvServer(config, logger);
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
    const replica = this.#replica?.status;
    const failure = this.#failure ?? replica?.failure;
    return {
      node: this.#config.nodeId,
      cluster: this.#config.clusterId,
      state: this.#stateOf(failure),
      ...(failure === undefined ? {} : { reason: failure.message }),
      applied: replica?.applied ?? -1,
      min: replica?.min ?? 0,
      max: replica?.max ?? -1,
      revision: replica?.revision ?? 0,
      sessions: replica?.sessions ?? 0,
      pending: replica?.pending ?? 0,
      peers: this.#peers?.peers() ?? [],
      residentBytes: process.memoryUsage.rss(),
      uptimeMs: Math.round(process.uptime() * 1000),
      version,
    };
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
    try {
      await this.#join();
    } catch (error) {
      if (!isForQuarantine(error)) throw error;
      this.#failure = error;
      this.#logger.error({ error }, 'node quarantined');
    }
    this.#logger.info({ node: nodeId, ...this.address }, 'server started');
  }

  async #join(): Promise<void> {
    const { nodeId, clusterId, addresses, dataDirectory, limits } = this.#config;
    const nodeCount = addresses.length;
    this.#data = await openDataDirectory({ path: dataDirectory, clusterId, nodeId, nodeCount });
    const { identity, journal, state } = this.#data;
    this.#peers = new PeerTransport({
      me: nodeId,
      addresses: addresses.map(toText),
      clusterId,
      boot: identity.bootCount,
      logger: this.#logger,
      limits: {
        valueBytesMax: Math.max(defaultPeerLimits.valueBytesMax, 2 * limits.batchBytesMax),
      },
      random: systemRandom,
    });
    this.#replica = await Replica.open({
      me: nodeId,
      boot: identity.bootCount,
      peerCount: nodeCount,
      transport: this.#peers,
      storage: journal,
      state,
      clock: systemClock,
      random: systemRandom,
      limits,
      onStopped: (error) => {
        this.#logger.error({ error }, 'replica failed');
        // The process stays up, so that its status can be asked for; it serves and votes no more.
        this.#failure = error;
      },
    });
  }

  #submit(request: Request, options?: { signal?: AbortSignal }): Promise<Reply> {
    if (this.#replica !== undefined && this.#failure === undefined && !this.#isStopping) {
      return this.#replica.submit(request, options);
    }
    return Promise.reject(this.#unavailable());
  }

  #unavailable(): KvError {
    const { state, reason } = this.status();
    const why = reason === undefined ? '' : `: ${reason}`;
    return new KvError('KV_UNAVAILABLE', `This server is ${state}${why}`.replace(/\.?$/, '.'));
  }

  #stateOf(failure: Error | undefined): StatusReply['state'] {
    if (this.#isStopping) return 'stopping';
    if (failure !== undefined) return 'failed';
    return this.#replica === undefined ? 'starting' : 'running';
  }

  async #stop(): Promise<void> {
    this.#isStopping = true;
    const closed = closeServer(this.#http);
    // What is under way is answered first: the replica gives it a short time.
    await this.#attempt(() => this.#replica?.stop());
    this.#http.closeIdleConnections();
    await this.#attempt(() => this.#peers?.close());
    await closed;
    await this.#attempt(() => this.#data?.close());
    this.#logger.info('server stopped');
    this.#onStopped(this.#failure);
  }

  /** One part that cannot end in order must not keep the others from it. */
  async #attempt(end: () => Promise<void> | undefined): Promise<void> {
    try {
      await end();
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      this.#logger.error({ error }, 'stop met an error');
    }
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

function noUpgrade(): KvError {
  return new KvError('KV_BAD_REQUEST', 'This server upgrades to nothing.');
}

function isForQuarantine(error: unknown): error is DiskError | StateError {
  const isOurs = error instanceof DiskError || error instanceof StateError;
  return isOurs && quarantineCodes.includes(error.code);
}

function toText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
