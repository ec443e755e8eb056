/** A cluster of real processes with real sockets and disks, which tests kill, stop and pause. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { KvClient, type StatusReply } from '@paxkv/client';
import type { CommandCredentials } from 'paxkv/internal/credentials';
import { httpGet } from 'paxkv/internal/http-get';
import { writeClusterSecret } from './cluster-secret.ts';
import { freePorts } from './free-ports.ts';
import { type Exit, ServerProcess, toEndpoint } from './server-process.ts';

const startAttemptCountMax = 5;
const statusPollMs = 20;

export interface ClusterSettings {
  readonly nodeCount?: number;
  /**
   * The addresses for nodes to configure at a node, given those on which the nodes listen for each other. Default:
   * these.
   */
  readonly addressesFor?: (node: number, addresses: readonly string[]) => readonly string[];
  /** Added to the environment of a node's process. */
  readonly environmentOf?: (node: number) => NodeJS.ProcessEnv;
  /** The host at which a node listens. Default: loopback. */
  readonly hostOf?: (node: number) => string;
  /** Words before the command of a node's process, which run it elsewhere. */
  readonly placeOf?: (node: number) => readonly string[];
  /** What the tests prove themselves with, and how they recognize servers, at the moment. Default: plain HTTP. */
  readonly credentials?: () => CommandCredentials;
  /** Limits of the system on the process of each node, as options of `prlimit`. */
  readonly systemLimits?: readonly string[];
  /** Called once before the first start, with the directory of each node, which does not exist yet. */
  readonly prepare?: (directories: readonly string[]) => Promise<void>;
}

interface ClusterSetup extends Required<Omit<ClusterSettings, 'nodeCount' | 'prepare' | 'hostOf'>> {
  readonly addresses: readonly string[];
  readonly peerAddresses: readonly string[];
  readonly directory: string;
}

export interface ClientSettings {
  /** The only servers that this client knows. Default: all. */
  readonly nodes?: readonly number[];
  readonly timeoutMs?: number;
  readonly attemptTimeoutMs?: number;
  /** Default: what the tests prove themselves with. */
  readonly credentials?: CommandCredentials;
}

export class ProcessCluster {
  readonly #setup: ClusterSetup;
  readonly #servers: ServerProcess[];
  readonly #clients: KvClient[] = [];
  /** Output of servers that were replaced by a restart. */
  #formerLogs = '';

  private constructor(setup: ClusterSetup, servers: ServerProcess[]) {
    this.#setup = setup;
    this.#servers = servers;
  }

  /** Starts all servers and waits until they serve. */
  static async start({
    nodeCount = 3,
    addressesFor = (_, addresses) => addresses,
    environmentOf = () => ({}),
    hostOf = () => '127.0.0.1',
    placeOf = () => [],
    credentials = () => ({}),
    systemLimits = [],
    prepare = async () => {},
  }: ClusterSettings = {}): Promise<ProcessCluster> {
    for (let attempt = 1; ; attempt += 1) {
      const allPorts = await freePorts(2 * nodeCount);
      const ports = allPorts.slice(0, nodeCount);
      const directory = await mkdtemp(join(tmpdir(), 'paxkv-process-'));
      const all = allPorts.map((port, index) => `${hostOf(index % nodeCount)}:${port}`);
      const addresses = all.slice(0, nodeCount);
      const peerAddresses = all.slice(nodeCount);
      const setup = {
        ...{ addresses, peerAddresses, directory, addressesFor, environmentOf },
        ...{ placeOf, credentials, systemLimits },
      };
      await writeClusterSecret(secretFileIn(setup));
      await prepare(ports.map((_, node) => directoryIn(setup, node)));
      const servers = ports.map((_, node) => startServer(setup, node));
      const cluster = new ProcessCluster(setup, servers);
      try {
        await Promise.all(servers.map((server) => server.ready()));
        return cluster;
      } catch (error) {
        await cluster.close();
        const wasPortTaken = servers.some((server) => server.log.includes('EADDRINUSE'));
        if (!wasPortTaken || attempt === startAttemptCountMax) throw error;
      }
    }
  }

  /** `host:port` at which each server listens for others, by node. */
  get peerAddresses(): readonly string[] {
    return this.#setup.peerAddresses;
  }

  /** The file of the secret of the cluster. */
  get secretFile(): string {
    return secretFileIn(this.#setup);
  }

  /** `host:port` of each server, by node. */
  get addresses(): readonly string[] {
    return this.#setup.addresses;
  }

  /** The URL of each server, by node. */
  get endpoints(): readonly string[] {
    return this.nodes.map((node) => this.#endpointOf(node));
  }

  get nodes(): readonly number[] {
    return [...this.#setup.addresses.keys()];
  }

  /** The output of all servers. */
  get log(): string {
    const logs = this.#servers.map((server, node) => toLog(node, server));
    return this.#formerLogs + logs.join('');
  }

  /** A client, which is closed with the cluster. */
  client({ nodes = this.nodes, credentials, ...settings }: ClientSettings = {}): KvClient {
    const endpoints = nodes.map((node) => this.#endpointOf(node));
    const proof = credentials ?? this.#setup.credentials();
    const client = new KvClient({ endpoints, timeoutMs: 30_000, ...proof, ...settings });
    this.#clients.push(client);
    return client;
  }

  /** SIGKILL, all at once. */
  async kill(...nodes: readonly number[]): Promise<void> {
    for (const node of nodes) this.#serverOf(node).signal('SIGKILL');
    await Promise.all(nodes.map((node) => this.#serverOf(node).exit));
  }

  /** SIGTERM. */
  async stop(node: number): Promise<Exit> {
    this.#serverOf(node).signal('SIGTERM');
    return this.#serverOf(node).exit;
  }

  /** Restarts ended processes on their disks; resolves when they serve. */
  async restart(...nodes: readonly number[]): Promise<void> {
    for (const node of nodes) this.launch(node);
    await this.ready(...nodes);
  }

  /** Restarts an ended process on its disk, without waiting until it serves. */
  launch(node: number): void {
    const former = this.#serverOf(node);
    if (!former.hasExited) throw new Error(`node ${node} is still running`);
    this.#formerLogs += toLog(node, former);
    this.#servers[node] = startServer(this.#setup, node);
  }

  /** Resolves when these serve. @throws Error if one ends instead, or takes too long */
  async ready(...nodes: readonly number[]): Promise<void> {
    await Promise.all(nodes.map((node) => this.#serverOf(node).ready()));
  }

  /** The process id of the latest process of the node. */
  processId(node: number): number | undefined {
    return this.#serverOf(node).processId;
  }

  hasExited(node: number): boolean {
    return this.#serverOf(node).hasExited;
  }

  /** Resolves when the process has ended, for whatever reason. */
  exit(node: number): Promise<Exit> {
    return this.#serverOf(node).exit;
  }

  /** The memory that a node's process occupies. Linux only. */
  residentBytes(node: number): Promise<number> {
    return this.#serverOf(node).residentBytes();
  }

  /** The data directory of a node. */
  directoryOf(node: number): string {
    return directoryIn(this.#setup, node);
  }

  /** SIGSTOP: the connections of the process stay open, but silent. */
  pause(node: number): void {
    this.#serverOf(node).signal('SIGSTOP');
  }

  resume(node: number): void {
    this.#serverOf(node).signal('SIGCONT');
  }

  /** Has the server read its files again. */
  reload(node: number): void {
    this.#serverOf(node).signal('SIGHUP');
  }

  async status(node: number, signal?: AbortSignal): Promise<StatusReply> {
    const url = new URL('/status', this.#endpointOf(node));
    const anySignal = signal ?? new AbortController().signal;
    const response = await httpGet(url, this.#setup.credentials(), anySignal);
    return JSON.parse(await response.text());
  }

  /** Resolves when the server has applied this instance. */
  async applied(node: number, seq: number): Promise<void> {
    while ((await this.status(node)).applied < seq) await pause(statusPollMs);
  }

  /** Stops all servers and deletes the data. */
  async close(): Promise<void> {
    await this.kill(...this.nodes);
    await Promise.all(this.#clients.map((client) => client.close()));
    await rm(this.#setup.directory, { recursive: true, force: true });
  }

  #serverOf(node: number): ServerProcess {
    const server = this.#servers[node];
    if (server === undefined) throw new Error(`there is no node ${node}`);
    return server;
  }

  #endpointOf(node: number): string {
    const address = this.#setup.addresses[node];
    if (address === undefined) throw new Error(`there is no node ${node}`);
    return toEndpoint(address, this.#setup.credentials());
  }
}

function startServer(setup: ClusterSetup, node: number): ServerProcess {
  const { addresses, peerAddresses, addressesFor, environmentOf, placeOf } = setup;
  const { credentials, systemLimits } = setup;
  return new ServerProcess({
    node,
    addresses,
    peerAddresses: addressesFor(node, peerAddresses),
    secretFile: secretFileIn(setup),
    directory: directoryIn(setup, node),
    environment: environmentOf(node),
    place: placeOf(node),
    credentials,
    systemLimits,
  });
}

function directoryIn({ directory }: ClusterSetup, node: number): string {
  return join(directory, `node-${node}`);
}

function secretFileIn({ directory }: Pick<ClusterSetup, 'directory'>): string {
  return join(directory, 'cluster-secret');
}

function toLog(node: number, { log }: ServerProcess): string {
  return `--- node ${node}\n${log}`;
}
