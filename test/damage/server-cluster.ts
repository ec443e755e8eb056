/** Real servers on loopback in one process, each with a real data directory that tests may damage. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KvClient } from '@paxkv/client';
import { type Config, KvServer, type KvServerOptions, parseConfig } from '@paxkv/kvserver';
import { openDataDirectory } from '@paxkv/kvserver/internal/storage/index';
import { pino } from 'pino';
import { clusterSecret } from '../process/cluster-secret.ts';

const logger = pino({ level: 'silent' });

/** Segments so small that a few writes fill several. */
const segmentBytes = 64 * 1024;

/** A pass over all rows ends well within a second after a start, and is repeated. */
const scrub = {
  rowsPerSecond: 100_000,
  bytesPerSecond: 1_000_000_000,
  firstDelayMs: 100,
  intervalMs: 500,
};

const openSmall: typeof openDataDirectory = (options) =>
  openDataDirectory({ ...options, segmentBytes });

export class ServerCluster {
  readonly #directory: string;
  readonly #configs: readonly Config[];
  /** By node; absent while it is stopped. */
  readonly #servers = new Map<number, KvServer>();

  private constructor(directory: string, configs: readonly Config[]) {
    this.#directory = directory;
    this.#configs = configs;
  }

  /** None of its nodes is started yet. */
  static async create(nodeCount: number, limits: object = {}): Promise<ServerCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-cluster-'));
    const all = (await freePorts(2 * nodeCount)).map((port) => `127.0.0.1:${port}`);
    const addresses = all.slice(0, nodeCount);
    const peers = { peerAddresses: all.slice(nodeCount), clusterSecret };
    const configs = addresses.map((_, nodeId) =>
      parseConfig({
        ...{ nodeId, clusterId: 'harmed', addresses, logLevel: 'silent', limits, scrub },
        ...peers,
        dataDirectory: join(directory, `node-${nodeId}`),
      }),
    );
    return new ServerCluster(directory, configs);
  }

  get nodes(): readonly number[] {
    return [...this.#configs.keys()];
  }

  /** The running servers, by node. */
  get running(): readonly KvServer[] {
    return [...this.#servers.values()];
  }

  /** @throws Error if it is not running */
  server(node: number): KvServer {
    const server = this.#servers.get(node);
    if (server === undefined) throw new Error(`node ${node} is not running`);
    return server;
  }

  /** The data directory of a node. */
  path(node: number): string {
    return join(this.#directory, `node-${node}`);
  }

  async start(node: number, options: KvServerOptions = {}): Promise<KvServer> {
    const config = this.#configs[node];
    if (config === undefined) throw new Error(`there is no node ${node}`);
    const server = await KvServer.start(config, { logger, openData: openSmall, ...options });
    this.#servers.set(node, server);
    return server;
  }

  async startAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.start(node)));
  }

  async stop(node: number): Promise<void> {
    const server = this.#servers.get(node);
    this.#servers.delete(node);
    await server?.stop();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.stop(node)));
  }

  /** A client of the given nodes, all of them by default. The caller closes it. */
  client(nodes: readonly number[] = this.nodes, timeoutMs = 10_000): KvClient {
    const endpoints = nodes.map((node) => {
      const { host, port } = this.#configs[node]?.addresses[node] ?? { host: '', port: 0 };
      return `http://${host}:${port}`;
    });
    return new KvClient({ endpoints, timeoutMs });
  }

  /** Waits as `settled` does. @throws Error with the position of each node */
  async level(withinMs: number): Promise<void> {
    const fate = await this.settled(withinMs, Number.POSITIVE_INFINITY);
    if (fate !== 'recovered') throw new Error(`not level: ${this.report()}`);
  }

  /**
   * Waits until all nodes run, have applied the same instances and have verified all their rows since they were
   * opened last, or until fewer than a quorum have run for `stillMsMin`.
   *
   * @throws Error with the position of each node, if neither happens in time
   */
  async settled(withinMs: number, stillMsMin: number): Promise<'recovered' | 'stopped'> {
    const startMs = performance.now();
    let servedMs = startMs;
    for (;;) {
      const statuses = this.running.map((server) => server.status());
      const serving = statuses.filter(({ state }) => state === 'running');
      const isLevel = new Set(serving.map(({ applied }) => applied)).size === 1;
      const verified = serving.filter(({ scrub }) => scrub?.lastPassAtMs !== undefined);
      if (isLevel && verified.length === this.nodes.length) return 'recovered';
      const nowMs = performance.now();
      if (serving.length > this.nodes.length / 2) servedMs = nowMs;
      if (nowMs - servedMs >= stillMsMin) return 'stopped';
      if (nowMs - startMs > withinMs) throw new Error(`not level: ${this.report()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** The position of each node, for messages. */
  report(): string {
    const lines = this.nodes.map((node) => {
      const status = this.#servers.get(node)?.status();
      if (status === undefined) return `${node} down`;
      const { state, applied, min, max, reason } = status;
      return `${node} ${state} at ${applied} of ${min}..${max}${reason === undefined ? '' : ` (${reason})`}`;
    });
    return lines.join('; ');
  }

  /** Stops the running servers and deletes all data. */
  async remove(): Promise<void> {
    await this.stopAll();
    await rm(this.#directory, { recursive: true });
  }
}

/** Below the ephemeral range there may be no free port, so ports are picked at random. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('no port');
    return address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
