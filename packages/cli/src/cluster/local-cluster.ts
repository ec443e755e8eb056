/** A cluster on this machine: real processes on loopback ports, with their data side by side. */
import { mkdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KvClient, type StatusReply } from '@paxkv/client';
import { CliError, type ExitCode, exitCodes } from '../exit-code.ts';
import { NodeProcess } from './node-process.ts';
import type { ClusterPlan, NodePlan } from './plan.ts';
import { expectFree } from './port-check.ts';
import { expectWhole, storedNodes } from './stored-nodes.ts';

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

  /** @throws CliError if the ports or the data do not fit; then no process was started. */
  static async start(plan: ClusterPlan, command: string): Promise<LocalCluster> {
    const { dataDirectory, nodes } = plan;
    expectWhole(dataDirectory, storedNodes(dataDirectory), nodes.length);
    await expectFree(nodes.map(({ port }) => port));
    mkdirSync(dataDirectory, { recursive: true });
    const processes = nodes.map((node) => new NodeProcess(command, node));
    process.once('exit', () => {
      for (const node of processes) node.kill();
    });
    return new LocalCluster(plan, processes);
  }

  /**
   * Resolves when the cluster answers, and every node does or said why it never will: those reasons.
   *
   * @throws CliError if a node ends; KvError if the cluster does not answer in time.
   */
  serving(): Promise<string[]> {
    return Promise.race([this.#serve(), ...this.nodes.map((node) => this.#refuse(node))]);
  }

  /** Resolves when no node runs any more. */
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
      // Any key does: to answer for it takes a majority that agrees.
      await client.get('greeting', { signal });
      return states.filter((reason) => reason !== undefined);
    } finally {
      await client.close();
    }
  }

  async #refuse(node: NodeProcess): Promise<never> {
    const { exitCode, reason } = await node.ended;
    const complaints = await node.complaints();
    const said = complaints.at(-1) ?? `${reason}; ${node.plan.logFile} says more`;
    const message = `node ${node.plan.node} did not start: ${said}`;
    throw new CliError(message, toExitCode(exitCode));
  }
}

/** `undefined` once the node is ready, or why it has failed. */
async function stateReached(
  client: KvClient,
  { node, endpoint }: NodePlan,
  signal: AbortSignal,
): Promise<string | undefined> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < startMsMax) {
    const status = await statusOf(client, endpoint, signal);
    if (status?.state === 'running') return undefined;
    if (status?.state === 'failed') return `node ${node} does not serve: ${status.reason}`;
    await sleep(pollMs, undefined, { signal });
  }
  const message = `node ${node} was not ready within ${startMsMax / 1000} seconds`;
  throw new CliError(message, exitCodes.failed);
}

async function statusOf(
  client: KvClient,
  endpoint: string,
  signal: AbortSignal,
): Promise<StatusReply | undefined> {
  try {
    return await client.status(endpoint, { signal });
  } catch {
    // It does not listen yet.
    return undefined;
  }
}

function toExitCode(nodeExitCode: number | undefined): ExitCode {
  return nodeExitCode === exitCodes.disk ? exitCodes.disk : exitCodes.failed;
}
