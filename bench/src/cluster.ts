/** A cluster of three real processes on this machine, with a temporary directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { KvClient, type StatusReply } from '@paxkv/client';

const nodeCount = 3;
const startTimeoutMs = 20_000;
const stopTimeoutMs = 10_000;
const paxkv = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

export class Cluster {
  /** `host:port` of each node, by node id. */
  readonly endpoints: readonly string[];
  readonly #directory: string;
  readonly #processes: readonly ChildProcess[];

  private constructor(
    endpoints: readonly string[],
    directory: string,
    processes: readonly ChildProcess[],
  ) {
    this.endpoints = endpoints;
    this.#directory = directory;
    this.#processes = processes;
  }

  /** Resolves when every node serves. With `profileDirectory` each leaves a CPU profile when it stops. */
  static async start(profileDirectory: string | undefined): Promise<Cluster> {
    const directory = await mkdtemp(join(tmpdir(), 'paxkv-bench-'));
    const ports = await freePorts(nodeCount);
    const endpoints = ports.map((port) => `127.0.0.1:${port}`);
    const nodeFlags =
      profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
    const processes = endpoints.map((_, nodeId) => {
      const flags = ['--node', `${nodeId}`, '--peers', endpoints.join(','), '--cluster', 'bench'];
      const data = join(directory, `node-${nodeId}`);
      return spawn(
        process.execPath,
        [...nodeFlags, paxkv, 'serve', ...flags, '--data', data, '--log-level', 'error'],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
    });
    const cluster = new Cluster(endpoints, directory, processes);
    try {
      await cluster.#whenServing();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** What each node says of itself, by node id. */
  async statuses(): Promise<readonly StatusReply[]> {
    await using client = new KvClient({ endpoints: this.endpoints });
    return Promise.all(this.endpoints.map((endpoint) => client.status(endpoint)));
  }

  /** Ends the processes and removes what they wrote. */
  async stop(): Promise<void> {
    await Promise.all(this.#processes.map(endProcess));
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #whenServing(): Promise<void> {
    const deadlineMs = performance.now() + startTimeoutMs;
    while (!(await this.#isServing())) {
      if (performance.now() > deadlineMs || this.#processes.some(hasEnded)) {
        throw new Error('the cluster did not start; see the lines above');
      }
      await delay(50);
    }
  }

  async #isServing(): Promise<boolean> {
    await using client = new KvClient({ endpoints: this.endpoints });
    const statuses = await client.statuses({ timeoutMs: 1000 });
    return statuses.every(
      ({ status }) =>
        status?.state === 'running' && status.peers.every(({ connected }) => connected),
    );
  }
}

/** Ports that nobody listened on a moment ago. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const address = server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await ended;
  clearTimeout(timer);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
