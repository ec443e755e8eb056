/** A cluster on this machine: real processes on loopback ports, with their data side by side. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { KvClient } from '@paxkv/client';
import { CliError, exitCodes } from '../exit-code.ts';
import { isFree } from './free-port.ts';
import { NodeProcess } from './node-process.ts';

/** How long the nodes may take together until they agree on something. */
const startMsMax = 30_000;

export interface LocalClusterOptions {
  readonly nodeCount: number;
  readonly dataDirectory: string;
  /** Port of node 0; the others follow. */
  readonly firstPort: number;
  /** The file that is the `paxkv` command. */
  readonly command: string;
}

export class LocalCluster {
  readonly nodes: readonly NodeProcess[];
  readonly endpoints: readonly string[];
  readonly #options: LocalClusterOptions;

  private constructor(options: LocalClusterOptions, ports: readonly number[]) {
    this.#options = options;
    this.endpoints = ports.map((port) => `http://127.0.0.1:${port}`);
    this.nodes = ports.map(
      (_, node) =>
        new NodeProcess(options.command, {
          node,
          arguments: this.serveArguments(node),
          logFile: path.join(options.dataDirectory, `node-${node}.log`),
        }),
    );
  }

  /** @throws CliError if a port is taken or the nodes do not come up; none is left running then. */
  static async start(options: LocalClusterOptions): Promise<LocalCluster> {
    const ports = Array.from({ length: options.nodeCount }, (_, node) => options.firstPort + node);
    for (const port of ports) {
      if (await isFree(port)) continue;
      throw new CliError(
        `port ${port} is taken: is a cluster running already? --port chooses others`,
        exitCodes.failed,
      );
    }
    await mkdir(options.dataDirectory, { recursive: true });
    const cluster = new LocalCluster(options, ports);
    const killAll = (): void => {
      for (const node of cluster.nodes) node.kill();
    };
    process.once('exit', killAll);
    try {
      await cluster.#agree();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** What to give `paxkv` to run this node again. */
  serveArguments(node: number): string[] {
    const peers = this.endpoints.map((endpoint) => new URL(endpoint).host).join(',');
    const data = path.join(this.#options.dataDirectory, `node-${node}`);
    return ['serve', '--node', String(node), '--peers', peers, '--data', data];
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  /** Waits until every node serves a read, which takes a majority of them. */
  async #agree(): Promise<void> {
    const clients = this.endpoints.map(
      (endpoints) => new KvClient({ endpoints, timeoutMs: startMsMax }),
    );
    const isOver = new AbortController();
    const serving = Promise.all(
      clients.map((client) => client.get('paxkv', { signal: isOver.signal })),
    );
    const ending = Promise.race(this.nodes.map(refuse));
    try {
      await Promise.race([serving, ending]);
    } finally {
      isOver.abort();
      await serving.catch(() => 'one that ended cannot serve, and the error says so');
      await Promise.all(clients.map((client) => client.close()));
    }
  }
}

async function refuse({ ended, node, logFile }: NodeProcess): Promise<never> {
  const how = await ended;
  const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
  throw new CliError(
    `node ${node} ended at its start (${how}). The end of ${logFile}:\n${lines.at(-1)}`,
    exitCodes.failed,
  );
}
