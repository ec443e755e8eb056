/** A cluster on this machine: one process for each node, on loopback ports, with all data in one directory. */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient, type StatusReply } from '@paxkv/client';
import { CliError, exitCodes, messageOf } from '../cli-error.ts';
import { whyNotReady } from '../server-notes.ts';
import { makeSecretFile } from './cluster-secret.ts';
import { NodeProcess } from './node-process.ts';
import type { ClusterPlan, NodePlan } from './plan.ts';
import { expectFree } from './ports.ts';
import { expectComplete, storedNodes } from './stored-data.ts';

const startMsMax = 60_000;
const pollMs = 50;

export class LocalCluster {
  readonly nodes: readonly NodeProcess[];
  readonly #plan: ClusterPlan;
  readonly #stopping = new AbortController();

  private constructor(plan: ClusterPlan, nodes: readonly NodeProcess[]) {
    this.#plan = plan;
    this.nodes = nodes;
  }

  /**
   * `program`: the file of this program.
   *
   * @throws CliError `CLI_PORT` or `CLI_DATA`; no process was started.
   */
  static async start(plan: ClusterPlan, program: string): Promise<LocalCluster> {
    expectData(plan);
    await expectFree(
      plan.nodes.flatMap(({ port, peerPort = port }) => [...new Set([port, peerPort])]),
    );
    const processes = plan.nodes.map((node) => new NodeProcess(program, node));
    process.once('exit', () => {
      for (const node of processes) node.kill();
    });
    return new LocalCluster(plan, processes);
  }

  /**
   * Resolves once the cluster answers and every node either serves or has reported why it does not. The
   * result is the list of these reports.
   *
   * @throws CliError `CLI_NODE_ENDED` if a node ends; KvError if the cluster does not answer in time.
   */
  serving(): Promise<string[]> {
    return Promise.race([this.#serve(), ...this.nodes.map((node) => this.#failOnEnd(node))]);
  }

  /** Resolves once no node runs any more. */
  async ended(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.ended));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  async #serve(): Promise<string[]> {
    const endpoints = this.#plan.nodes.map(({ endpoint }) => endpoint);
    const client = new KvClient({ endpoints, timeoutMs: startMsMax });
    const { signal } = this.#stopping;
    try {
      const states = await Promise.all(
        this.#plan.nodes.map((node) => stateReached(client, node, signal)),
      );
      // Any answer shows that a majority serves.
      await client.get('greeting', { signal });
      return states.filter((reason) => reason !== undefined);
    } finally {
      await client.close();
    }
  }

  async #failOnEnd(node: NodeProcess): Promise<never> {
    const { exitCode, reason } = await node.ended;
    const said = (await node.errorLines()).at(-1) ?? `${reason}; see ${node.plan.logFile}`;
    const message = `node ${node.plan.node} did not start: ${said}`;
    const code = exitCode === exitCodes.disk ? exitCodes.disk : exitCodes.failed;
    throw new CliError('CLI_NODE_ENDED', message, { exitCode: code });
  }
}

/** Checks the data directory, and creates it if it is absent. */
function expectData({ dataDirectory, secretFile, nodes }: ClusterPlan): void {
  try {
    expectComplete(dataDirectory, storedNodes(dataDirectory), nodes.length);
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    if (secretFile !== undefined) makeSecretFile(secretFile);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    const message = `cannot use ${dataDirectory} for data: ${messageOf(cause)}`;
    throw new CliError('CLI_DATA', message, { cause });
  }
}

/** Resolves with `undefined` once the node is ready, or with the reason if it failed. */
async function stateReached(
  client: KvClient,
  { node, endpoint }: NodePlan,
  signal: AbortSignal,
): Promise<string | undefined> {
  const startedAt = performance.now();
  let why: string | undefined;
  while (performance.now() - startedAt < startMsMax) {
    const status = await statusOf(client, endpoint, signal);
    if (status !== undefined) {
      why = whyNotReady({ endpoint, status });
      if (why === undefined) return undefined;
    }
    if (status?.state === 'failed') return `node ${node} does not serve: ${status.reason}`;
    await sleep(pollMs, undefined, { signal });
  }
  const message = `node ${node} was not ready within ${startMsMax / 1000} seconds: ${why ?? 'it does not listen; see its log'}`;
  throw new CliError('CLI_NODE_ENDED', message);
}

async function statusOf(
  client: KvClient,
  endpoint: string,
  signal: AbortSignal,
): Promise<StatusReply | undefined> {
  try {
    return await client.status(endpoint, { signal });
  } catch {
    // The node does not listen yet.
    return undefined;
  }
}
